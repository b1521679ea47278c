#include "store/runs.h"

#include <string.h>

#define BIT(state) (1u << RUN_##state)
#define WAITING    (BIT(PLANNED) | BIT(WAITING_TIME) | BIT(WAITING_UPSTREAM) | BIT(QUEUED))
/* Where a run can go that will not start. */
#define NOT_STARTED \
    (BIT(FAILED) | BIT(CANCELLED) | BIT(SKIPPED) | BIT(DRY_RUN) | BIT(MISSED) | BIT(FROZEN))

/* rulings.md 19. What is not here is forbidden. */
static const struct {
    const char *name;
    uint32_t next;
    bool terminal, live;
} states[RUN_STATES] = {
    [RUN_PLANNED] = { "planned", WAITING | NOT_STARTED, false, false },
    [RUN_WAITING_TIME] = { "waiting_time", WAITING | NOT_STARTED, false, false },
    [RUN_WAITING_UPSTREAM] = { "waiting_upstream", WAITING | NOT_STARTED, false, false },
    [RUN_QUEUED] = { "queued", WAITING | NOT_STARTED | BIT(STARTING), false, false },
    [RUN_STARTING] = { "starting",
                       BIT(RUNNING) | BIT(CANCELLING) | BIT(SUCCEEDED) | BIT(FAILED) |
                           BIT(CANCELLED) | BIT(HELD) | BIT(UNRESOLVED) | BIT(DRY_RUN) |
                           BIT(QUEUED) | BIT(WAITING_TIME),
                       false, true },
    [RUN_RUNNING] = { "running",
                      BIT(CANCELLING) | BIT(SUCCEEDED) | BIT(FAILED) | BIT(CANCELLED) | BIT(HELD) |
                          BIT(UNRESOLVED) | BIT(QUEUED) | BIT(WAITING_TIME),
                      false, true },
    /* Approved: started again, with its claim; or thrown away. */
    [RUN_HELD] = { "held", BIT(STARTING) | BIT(DISCARDED), false, true },
    [RUN_UNRESOLVED] = { "unresolved", BIT(SUCCEEDED) | BIT(FAILED), false, true },
    /* A COMMIT that was already sent wins over the cancel. */
    [RUN_CANCELLING] = { "cancelling",
                         BIT(CANCELLED) | BIT(SUCCEEDED) | BIT(FAILED) | BIT(UNRESOLVED), false,
                         true },
    [RUN_SUCCEEDED] = { "succeeded", 0, true, false },
    [RUN_FAILED] = { "failed", BIT(QUEUED), true, false },
    [RUN_CANCELLED] = { "cancelled", BIT(QUEUED), true, false },
    [RUN_SKIPPED] = { "skipped", 0, true, false },
    [RUN_DRY_RUN] = { "dry_run", 0, true, false },
    [RUN_MISSED] = { "missed", BIT(QUEUED), true, false },
    [RUN_FROZEN] = { "frozen", WAITING | BIT(CANCELLED) | BIT(SKIPPED) | BIT(MISSED), false,
                     false },
    [RUN_DISCARDED] = { "discarded", 0, true, false },
};

static const char *const kinds[] = {
    [RUN_MANUAL] = "manual",     [RUN_SCHEDULED] = "scheduled", [RUN_UPSTREAM] = "upstream",
    [RUN_BACKFILL] = "backfill", [RUN_REPLAY] = "replay",
};

const char *run_state_name(run_state state)
{
    return states[state].name;
}

bool run_state_from_name(const char *name, run_state *state)
{
    for (int i = 0; i < RUN_STATES; i++) {
        if (strcmp(states[i].name, name) == 0) {
            *state = (run_state)i;
            return true;
        }
    }
    return false;
}

const char *run_kind_name(run_kind kind)
{
    return kinds[kind];
}

bool run_kind_from_name(const char *name, run_kind *kind)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i], name) == 0) {
            *kind = (run_kind)i;
            return true;
        }
    }
    return false;
}

bool run_state_is_terminal(run_state state)
{
    return states[state].terminal;
}

bool run_state_is_live(run_state state)
{
    return states[state].live;
}

bool run_state_may_become(run_state from, run_state to)
{
    return from != to && (states[from].next & (1u << to)) != 0;
}
