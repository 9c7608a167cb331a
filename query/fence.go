//go:build cgo

package query

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// A verdict is what the fence says of a statement that may run.
type verdict struct {
	prepared
	text    string // what runs in its place
	explain bool   // text is an EXPLAIN
	persist bool   // it may make views and the like in the database in memory
}

// judge asks DuckDB what a statement is, and lets through what is known to read
// the data set or to make temporary objects. What a statement is comes from
// DuckDB alone, in three answers: the type that its parser gives, the functions
// in the syntax tree, and the operators and table functions of the plan, in
// which views, macros and EXPLAIN hide nothing.
func (db *DB) judge(ctx context.Context, stmt statement, args []any) (v verdict, err error) {
	// DuckDB's messages show the line they are about. Count as the user does.
	v.text = strings.Repeat("\n", stmt.line) + stmt.text
	if text, ok := pragmaSelect(stmt); ok {
		stmt.text, stmt.verb = text, "SELECT"
		v.text = strings.Repeat("\n", stmt.line) + text
	}
	if v.prepared, err = db.prepare(v.text); err != nil {
		return v, sqlErrorIn(err, v.text)
	}
	switch v.kind {
	case duckdb.STATEMENT_TYPE_EXPLAIN:
		return db.judgeExplain(ctx, stmt, args)
	case duckdb.STATEMENT_TYPE_SELECT:
		err = errors.Join(db.checkTree(ctx, stmt), db.checkPlan(ctx, &v, args))
	case duckdb.STATEMENT_TYPE_CREATE, duckdb.STATEMENT_TYPE_INSERT:
		err = errors.Join(checkTokens(stmt), db.checkPlan(ctx, &v, args))
	case duckdb.STATEMENT_TYPE_DROP:
		// Of what is in memory: the data set is attached for reading only, and its
		// views are looked for afterwards.
		v.persist = true
		err = checkTokens(stmt)
	case duckdb.STATEMENT_TYPE_SET, duckdb.STATEMENT_TYPE_VARIABLE_SET:
		// SET is for variables: lock_configuration guards the settings. DuckDB
		// does not explain these.
		err = checkTokens(stmt)
	default:
		return v, refuse(stmt.verb)
	}
	return v, err
}

// pragmaSelect makes the SELECT that DuckDB makes of a PRAGMA that only reads.
func pragmaSelect(stmt statement) (string, bool) {
	if stmt.verb != "PRAGMA" {
		return "", false
	}
	s := scanner{src: stmt.text}
	name := ""
	for s.next() && (s.blank || !readingPragmas[name]) {
		if s.word {
			name = strings.ToLower(s.src[s.start:s.pos])
		}
	}
	if !readingPragmas[name] {
		return "", false
	}
	if name == "show_tables" {
		return "SHOW TABLES", true
	}
	arguments := "()"
	if s.src[s.start:s.pos] == "(" {
		arguments = s.src[s.start:]
	}
	return "SELECT * FROM pragma_" + name + arguments, true
}

var readingPragmas = set("collations database_size platform show_tables storage_info table_info user_agent version")

// judgeExplain lets EXPLAIN through if what it explains is a SELECT. The user's
// EXPLAIN never runs, for ANALYZE would run what it explains: it is taken apart,
// DuckDB says what the rest is, and what runs is put together here.
func (db *DB) judgeExplain(ctx context.Context, stmt statement, args []any) (verdict, error) {
	prefix, inner, ok := cutExplain(stmt)
	if !ok {
		return verdict{}, refuse("EXPLAIN of this form")
	}
	v, err := db.judge(ctx, inner, args)
	if err != nil {
		return v, err
	}
	if v.kind != duckdb.STATEMENT_TYPE_SELECT || v.explain {
		return v, refuse("EXPLAIN of " + inner.verb)
	}
	// On the same line as the user's, so that line numbers in messages hold.
	lines := len(v.text) - len(strings.TrimLeft(v.text, "\n"))
	v.text, v.explain = v.text[:lines]+prefix+" "+v.text[lines:], true
	return v, nil
}

// forbiddenFunctions are functions that a SELECT can call and that change
// settings, read memory by its address, or run SQL that is made when they are
// called, so that it cannot be judged before.
var forbiddenFunctions = []string{
	"query", "json_execute_serialized_sql",
	"enable_logging", "disable_logging", "truncate_duckdb_logs", "write_log",
	"enable_profile", "disable_profile", "enable_profiling", "disable_profiling",
	"checkpoint", "force_checkpoint",
	"enable_peg_parser", "disable_peg_parser", "check_peg_parser",
	"arrow_scan", "arrow_scan_dumb", "seq_scan", "read_duckdb", "copy_database", "import_database",
}

func isForbidden(function string) bool {
	return slices.Contains(forbiddenFunctions, strings.ToLower(function))
}

// checkTree refuses a SELECT whose syntax tree, as DuckDB's parser makes it, has
// a forbidden function.
func (db *DB) checkTree(ctx context.Context, stmt statement) error {
	lower := strings.ToLower(stmt.text)
	if !slices.ContainsFunc(forbiddenFunctions, func(name string) bool { return strings.Contains(lower, name) }) {
		return nil // functions have their names in the text
	}
	var tree string
	err := db.conn.QueryRowContext(ctx, "SELECT json_serialize_sql("+quote(stmt.text)+")::VARCHAR").Scan(&tree)
	if err != nil {
		return sqlError(err)
	}
	var parsed struct {
		Error      bool `json:"error"`
		Statements []any
	}
	if err := json.Unmarshal([]byte(tree), &parsed); err != nil {
		return fmt.Errorf("DuckDB's syntax tree: %w", err)
	}
	if parsed.Error || len(parsed.Statements) != 1 { // of a PRAGMA, for example
		return refuse(stmt.verb)
	}
	if name := forbiddenCall(parsed.Statements); name != "" {
		return refuse(name)
	}
	return nil
}

// forbiddenCall finds a call of a forbidden function in a part of a syntax tree.
func forbiddenCall(node any) string {
	switch node := node.(type) {
	case map[string]any:
		if name, _ := node["function_name"].(string); isForbidden(name) {
			return strings.ToLower(name)
		}
		for _, child := range node {
			if name := forbiddenCall(child); name != "" {
				return name
			}
		}
	case []any:
		for _, child := range node {
			if name := forbiddenCall(child); name != "" {
				return name
			}
		}
	}
	return ""
}

// checkTokens refuses a statement that calls a forbidden function. DuckDB makes
// syntax trees of SELECTs only, so that the names are looked for in the text of
// others; plans are checked as well.
func checkTokens(stmt statement) error {
	s := scanner{src: stmt.text}
	name := "" // the last token, if it is a forbidden name
	for s.next() {
		tok := s.src[s.start:s.pos]
		switch {
		case s.blank:
		case tok == "(" && name != "":
			return refuse(strings.ToLower(name))
		default:
			if name = strings.Trim(tok, `"`); !isForbidden(name) {
				name = ""
			}
		}
	}
	return nil
}

// A planNode is an operator in what EXPLAIN (FORMAT json) returns.
type planNode struct {
	Name      string
	Children  []planNode
	ExtraInfo struct {
		Function any // of a scan
		Name     any // of an INOUT_FUNCTION
	} `json:"extra_info"`
}

// checkPlan refuses a statement whose plan has anything that is not known to
// read or to make objects in the database in memory.
func (db *DB) checkPlan(ctx context.Context, v *verdict, args []any) error {
	lines := len(v.text) - len(strings.TrimLeft(v.text, "\n"))
	explain := v.text[:lines] + "EXPLAIN (FORMAT json) " + v.text[lines:]
	var key, value string
	if err := db.conn.QueryRowContext(ctx, explain, args...).Scan(&key, &value); err != nil {
		if isCancelled(err) {
			return err
		}
		if cause, ok := errors.AsType[*duckdb.Error](err); ok && cause.Type == duckdb.ErrorTypeParser || strings.Contains(err.Error(), "PRAGMA") {
			return refuse("a statement that DuckDB does not explain") // CREATE SECRET, PRAGMA
		}
		return sqlErrorIn(err, v.text)
	}
	var plan []planNode
	if err := json.Unmarshal([]byte(value), &plan); err != nil || len(plan) != 1 {
		return fmt.Errorf("plan of DuckDB: %w", errors.Join(err, errors.New("not one tree of operators")))
	}
	root := &plan[0]
	if v.kind == duckdb.STATEMENT_TYPE_INSERT && root.Name == "PROJECTION" && len(root.Children) == 1 { // RETURNING
		root = &root.Children[0]
	}
	switch {
	case v.kind == duckdb.STATEMENT_TYPE_CREATE && persistentRoots[root.Name]:
		v.persist = true
	case v.kind == duckdb.STATEMENT_TYPE_INSERT && insertRoots[root.Name]:
	case v.kind == duckdb.STATEMENT_TYPE_SELECT:
		return checkOperator(root)
	default:
		return refuse(root.Name)
	}
	for i := range root.Children {
		if err := checkOperator(&root.Children[i]); err != nil {
			return err
		}
	}
	return nil
}

func checkOperator(node *planNode) error {
	name, _, _ := strings.Cut(node.Name, " ")
	for _, function := range []any{node.ExtraInfo.Function, node.ExtraInfo.Name} {
		if s, ok := function.(string); ok && (name == strings.ToUpper(s) || name == "INOUT_FUNCTION") {
			if !readers[strings.ToLower(s)] {
				return refuse(strings.ToLower(s))
			}
			name = ""
		}
	}
	if name != "" && !operators[name] && !readers[strings.ToLower(name)] {
		return refuse(name)
	}
	for i := range node.Children {
		if err := checkOperator(&node.Children[i]); err != nil {
			return err
		}
	}
	return nil
}

func set(names string) map[string]bool {
	m := make(map[string]bool)
	for name := range strings.FieldsSeq(names) {
		m[name] = true
	}
	return m
}

var (
	// persistentRoots are the plans of CREATE that make an object. It is in
	// memory and gone when the program ends.
	persistentRoots = set(`CREATE_TABLE CREATE_TABLE_AS BATCH_CREATE_TABLE_AS CREATE_VIEW
		CREATE_MACRO CREATE_SCHEMA CREATE_TYPE CREATE_SEQUENCE CREATE_INDEX`)
	// insertRoots are the plans of INSERT; MERGE_INTO is that of INSERT OR REPLACE.
	insertRoots = set("INSERT BATCH_INSERT MERGE_INTO")
	// operators are those of DuckDB's plans that change nothing.
	operators = set(`ORDER_BY LIMIT LIMIT_PERCENT STREAMING_LIMIT TOP_N WINDOW STREAMING_WINDOW
		UNNEST UNGROUPED_AGGREGATE HASH_GROUP_BY PERFECT_HASH_GROUP_BY PARTITIONED_AGGREGATE
		FILTER PROJECTION RESERVOIR_SAMPLE STREAMING_SAMPLE BLOCKING_SAMPLE TABLE_SCAN SEQ_SCAN
		INDEX_SCAN DUMMY_SCAN COLUMN_DATA_SCAN CHUNK_SCAN REC_CTE_SCAN REC_REC_CTE_SCAN
		RECURSIVE_CTE_SCAN RECURSIVE_RECURRING_CTE_SCAN CTE_SCAN DELIM_SCAN EXPRESSION_SCAN
		POSITIONAL_SCAN BLOCKWISE_NL_JOIN NESTED_LOOP_JOIN HASH_JOIN CROSS_PRODUCT
		PIECEWISE_MERGE_JOIN IE_JOIN LEFT_DELIM_JOIN RIGHT_DELIM_JOIN POSITIONAL_JOIN ASOF_JOIN
		UNION EMPTY_RESULT PIVOT RESULT_COLLECTOR CTE REC_CTE REC_KEY_CTE RECURSIVE_CTE
		RECURSIVE_KEY_CTE VERIFY_VECTOR`)
	// readers are the table functions that change nothing. The files that they
	// can open are those that allowed_paths has.
	readers = set(`range generate_series unnest repeat repeat_row summary histogram histogram_values
		json_each json_tree query_table glob read_csv read_csv_auto sniff_csv read_parquet parquet_scan
		parquet_bloom_probe parquet_file_metadata parquet_full_metadata parquet_kv_metadata
		parquet_metadata parquet_schema read_json read_json_auto read_json_objects
		read_json_objects_auto read_ndjson read_ndjson_auto read_ndjson_objects read_text read_blob
		duckdb_approx_database_count duckdb_columns duckdb_connection_count duckdb_constraints
		duckdb_coordinate_systems duckdb_databases duckdb_dependencies duckdb_extensions
		duckdb_external_file_cache duckdb_functions duckdb_indexes duckdb_keywords duckdb_memory
		duckdb_optimizers duckdb_prepared_statements duckdb_schemas duckdb_secret_types
		duckdb_sequences duckdb_settings duckdb_table_sample duckdb_tables duckdb_temporary_files
		duckdb_types duckdb_variables duckdb_views icu_calendar_names pg_timezone_names
		pragma_collations pragma_database_size pragma_platform pragma_show pragma_storage_info
		pragma_table_info pragma_user_agent pragma_version test_all_types test_vector_types`)
)

// inTransaction runs a statement of the user's in a transaction in which DuckDB
// writes to nothing but temporary tables, whatever the statement is; or, if it
// makes views and the like, to the database in memory. The data set is attached
// for reading only, if it is a database at all.
func (db *DB) inTransaction(ctx context.Context, v *verdict, verb string, run func() error) error {
	begin := "BEGIN TRANSACTION READ ONLY"
	if v.persist {
		begin = "BEGIN TRANSACTION"
	}
	if err := db.exec(ctx, begin); err != nil {
		return sqlError(err)
	}
	err := run()
	if err == nil && v.persist {
		err = errors.Join(db.checkLost(ctx), db.checkViews(ctx, verb))
	}
	if err == nil {
		err = db.exec(ctx, "COMMIT")
	}
	if err != nil {
		// Not under the query's context: it may be cancelled.
		_ = db.exec(context.WithoutCancel(ctx), "ROLLBACK") // err says what went wrong
		if writes(err) {
			return refuse(verb)
		}
		return sqlError(err)
	}
	return nil
}

// writes reports whether DuckDB refused to write in a transaction that only reads.
func writes(err error) bool {
	msg := ""
	if cause, ok := errors.AsType[*duckdb.Error](err); ok {
		msg = cause.Msg
	} else if own, ok := errors.AsType[*Error](err); ok {
		msg = own.detail
	}
	return strings.Contains(msg, "transaction is launched in read-only mode")
}

// checkViews refuses what takes a table of the data set from the statements after
// it.
func (db *DB) checkViews(ctx context.Context, verb string) error {
	names := make([]string, len(db.folders))
	for i, f := range db.folders {
		group := f.group
		if group == "" {
			group = "main"
		}
		names[i] = quote(group + "." + f.name)
	}
	var n int
	err := db.conn.QueryRowContext(ctx, `SELECT count(*) FROM duckdb_views() WHERE database_name = 'memory'
		AND schema_name || '.' || view_name IN (`+strings.Join(names, ", ")+")").Scan(&n)
	if err == nil && n < len(names) {
		return refuse(verb)
	}
	return err
}

// checkLost refuses a table that looks as if it were kept. Those in a schema
// that a script has made, which is nowhere but in memory, do not.
func (db *DB) checkLost(ctx context.Context) error {
	var n int
	err := db.conn.QueryRowContext(ctx, `SELECT count(*) FROM duckdb_tables()
		WHERE database_name = 'memory' AND schema_name = 'main' AND NOT temporary`).Scan(&n)
	if err == nil && n > 0 {
		return lostTable()
	}
	return err
}

func lostTable() error {
	return &Error{
		Msg:  "CREATE TABLE is refused: the table would be lost when the command ends",
		hint: "CREATE TEMP TABLE keeps an intermediate result for the statements after it",
	}
}
