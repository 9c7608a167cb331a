//go:build cgo

package query

import (
	"slices"
	"strings"
)

var (
	// persistentRoots are the root operators of CREATE. The objects are in
	// memory, and gone when the program ends.
	persistentRoots = set(`CREATE_TABLE CREATE_TABLE_AS BATCH_CREATE_TABLE_AS CREATE_VIEW
		CREATE_MACRO CREATE_SCHEMA CREATE_TYPE CREATE_SEQUENCE CREATE_INDEX`)
	// insertRoots are the root operators of INSERT. INSERT OR REPLACE has MERGE_INTO.
	insertRoots = set("INSERT BATCH_INSERT MERGE_INTO")
	// changeRoots are those of UPDATE, DELETE and TRUNCATE.
	changeRoots = set("UPDATE DELETE")
	// operators are the operators that only read.
	operators = set(`ORDER_BY LIMIT LIMIT_PERCENT STREAMING_LIMIT TOP_N WINDOW STREAMING_WINDOW
		UNNEST UNGROUPED_AGGREGATE HASH_GROUP_BY PERFECT_HASH_GROUP_BY PARTITIONED_AGGREGATE
		FILTER PROJECTION RESERVOIR_SAMPLE STREAMING_SAMPLE BLOCKING_SAMPLE TABLE_SCAN SEQ_SCAN
		INDEX_SCAN DUMMY_SCAN COLUMN_DATA_SCAN CHUNK_SCAN REC_CTE_SCAN REC_REC_CTE_SCAN
		RECURSIVE_CTE_SCAN RECURSIVE_RECURRING_CTE_SCAN CTE_SCAN DELIM_SCAN EXPRESSION_SCAN
		POSITIONAL_SCAN BLOCKWISE_NL_JOIN NESTED_LOOP_JOIN HASH_JOIN CROSS_PRODUCT
		PIECEWISE_MERGE_JOIN IE_JOIN LEFT_DELIM_JOIN RIGHT_DELIM_JOIN POSITIONAL_JOIN ASOF_JOIN
		UNION EMPTY_RESULT PIVOT RESULT_COLLECTOR CTE REC_CTE REC_KEY_CTE RECURSIVE_CTE
		RECURSIVE_KEY_CTE VERIFY_VECTOR`)
	// readers are the table functions that only read. They can open the files in
	// allowed_paths only.
	readers = set(`cclf_stored_table range generate_series unnest repeat repeat_row summary histogram histogram_values
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

// set returns the set of words in a string.
func set(names string) map[string]bool {
	m := make(map[string]bool)
	for name := range strings.FieldsSeq(names) {
		m[name] = true
	}
	return m
}

// readingPragmas are the PRAGMAs that only read.
var readingPragmas = set("collations database_size platform show_tables storage_info table_info user_agent version")

// forbiddenFunctions are functions that a SELECT can call and that change
// settings, read memory by address, or run SQL from a string, which cannot be
// judged in advance.
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
