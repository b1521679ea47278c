/* keeper.h - holds the lease of a run: a thread that does nothing else renews
 * it every ten seconds and looks for the operator's cancel
 * (spec/scheduling.md 7). It has a store handle of its own. */
#ifndef ROWFERRY_SERVICE_KEEPER_H
#define ROWFERRY_SERVICE_KEEPER_H

#include "service/engine.h"
#include "store/leases.h"

typedef struct keeper keeper;

keeper *keeper_start(const engine *e, const store_lease *lease, error **err);
/* Ends the thread; the lease stays as it is. */
void keeper_stop(keeper *k);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(keeper, keeper_stop)

/* Whether the lease is gone: somebody else settled the run. */
bool keeper_lost(const keeper *k);
/* Whether the operator asked through the store to cancel. */
bool keeper_cancelled(const keeper *k);

#endif
