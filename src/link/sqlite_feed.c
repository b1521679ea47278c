#include "link/sqlite_feed.h"

#include <string.h>

typedef struct {
    sqlite3_vtab base;
    sqlite_feed *feed;
} feed_table;

typedef struct {
    sqlite3_vtab_cursor base;
    sqlite_feed *feed;
} feed_cursor;

static int on_connect(sqlite3 *db, void *user, int n_arguments, const char *const *arguments,
                      sqlite3_vtab **out, char **message)
{
    (void)n_arguments, (void)arguments, (void)message;
    sqlite_feed *feed = user;
    g_autoptr(GString) sql = g_string_new("CREATE TABLE feed(");
    for (unsigned i = 0; i < feed->n_columns; i++)
        g_string_append_printf(sql, i == 0 ? "c%u" : ",c%u", i);
    g_string_append_c(sql, ')');
    int code = sqlite3_declare_vtab(db, sql->str);
    if (code != SQLITE_OK)
        return code;
    /* Not for triggers and views of a schema that somebody else wrote. */
    sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
    feed_table *t = g_new0(feed_table, 1);
    t->feed = feed;
    *out = &t->base;
    return SQLITE_OK;
}

static int on_disconnect(sqlite3_vtab *base)
{
    g_free(base);
    return SQLITE_OK;
}

static int on_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    (void)base;
    info->estimatedCost = BATCH_MAX_ROWS;
    info->estimatedRows = BATCH_MAX_ROWS;
    return SQLITE_OK;
}

static int on_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    feed_cursor *c = g_new0(feed_cursor, 1);
    c->feed = ((feed_table *)base)->feed;
    *out = &c->base;
    return SQLITE_OK;
}

static int on_close(sqlite3_vtab_cursor *base)
{
    g_free(base);
    return SQLITE_OK;
}

static void skip_bad_rows(sqlite_feed *feed)
{
    while (feed->at < feed->end && feed->rows->status[feed->at] != ROW_OK)
        feed->at++;
}

static int on_filter(sqlite3_vtab_cursor *base, int index, const char *index_text, int n,
                     sqlite3_value **values)
{
    (void)index, (void)index_text, (void)n, (void)values;
    sqlite_feed *feed = ((feed_cursor *)base)->feed;
    feed->at = feed->first;
    skip_bad_rows(feed);
    return SQLITE_OK;
}

static int on_next(sqlite3_vtab_cursor *base)
{
    sqlite_feed *feed = ((feed_cursor *)base)->feed;
    feed->at++;
    skip_bad_rows(feed);
    return SQLITE_OK;
}

static int on_eof(sqlite3_vtab_cursor *base)
{
    const sqlite_feed *feed = ((feed_cursor *)base)->feed;
    return feed->at >= feed->end;
}

static void give_cell(sqlite3_context *context, const sqlite_cell *cell, const char *buffer)
{
    switch (cell->type) {
    case SQLITE_INTEGER:
        sqlite3_result_int64(context, cell->i);
        break;
    case SQLITE_FLOAT:
        sqlite3_result_double(context, cell->f);
        break;
    case SQLITE_TEXT:
        sqlite3_result_text64(context, cell->data, cell->size,
                              cell->data == buffer ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8);
        break;
    case SQLITE_BLOB:
        sqlite3_result_blob64(context, cell->data, cell->size, SQLITE_STATIC);
        break;
    default:
        sqlite3_result_null(context);
    }
}

static int on_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const sqlite_feed *feed = ((feed_cursor *)base)->feed;
    const value *v = &feed->rows->target[column][feed->at];
    /* What most cells are takes the short way. */
    if (v->kind == VALUE_TEXT && v->size > 0) {
        sqlite3_result_text64(context, v->data, v->size, SQLITE_STATIC, SQLITE_UTF8);
        return SQLITE_OK;
    }
    if (v->kind == VALUE_INT) {
        sqlite3_result_int64(context, v->i);
        return SQLITE_OK;
    }
    /* NULL is what a column is without a result. */
    if (v->kind == VALUE_NULL)
        return SQLITE_OK;
    sqlite_affinity affinity = feed->affinities[column];
    if (v->kind == VALUE_FLOAT && (affinity == AFFINITY_NUMERIC || affinity == AFFINITY_REAL)) {
        sqlite3_result_double(context, v->f);
        return SQLITE_OK;
    }
    char buffer[VALUE_TEXT_MAX];
    sqlite_cell cell;
    if (!sqlite_cell_make(v, affinity, buffer, &cell, NULL)) {
        /* The writer looks at every value before. */
        sqlite3_result_error_code(context, SQLITE_MISMATCH);
        return SQLITE_MISMATCH;
    }
    /* SQLite takes a null pointer for NULL, and an empty value may have one. */
    if ((cell.type == SQLITE_TEXT || cell.type == SQLITE_BLOB) && cell.size == 0)
        cell.data = "";
    give_cell(context, &cell, buffer);
    return SQLITE_OK;
}

static int on_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = ((feed_cursor *)base)->feed->at;
    return SQLITE_OK;
}

/* Without xCreate the table exists by the module's name alone. */
static const sqlite3_module feed_module = {
    .iVersion = 1,
    .xConnect = on_connect,
    .xBestIndex = on_best_index,
    .xDisconnect = on_disconnect,
    .xOpen = on_open,
    .xClose = on_close,
    .xFilter = on_filter,
    .xNext = on_next,
    .xEof = on_eof,
    .xColumn = on_column,
    .xRowid = on_rowid,
};

int sqlite_feed_add(sqlite3 *db, const char *name, sqlite_feed *feed)
{
    return sqlite3_create_module_v2(db, name, &feed_module, feed, NULL);
}

void sqlite_feed_remove(sqlite3 *db, const char *name)
{
    sqlite3_create_module_v2(db, name, NULL, NULL, NULL);
}
