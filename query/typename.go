//go:build cgo

package query

import (
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// typeNames are DuckDB's names of types without parameters.
var typeNames = map[duckdb.Type]string{
	duckdb.TYPE_BOOLEAN: "BOOLEAN", duckdb.TYPE_TINYINT: "TINYINT", duckdb.TYPE_SMALLINT: "SMALLINT",
	duckdb.TYPE_INTEGER: "INTEGER", duckdb.TYPE_BIGINT: "BIGINT", duckdb.TYPE_UTINYINT: "UTINYINT",
	duckdb.TYPE_USMALLINT: "USMALLINT", duckdb.TYPE_UINTEGER: "UINTEGER", duckdb.TYPE_UBIGINT: "UBIGINT",
	duckdb.TYPE_HUGEINT: "HUGEINT", duckdb.TYPE_UHUGEINT: "UHUGEINT", duckdb.TYPE_FLOAT: "FLOAT",
	duckdb.TYPE_DOUBLE: "DOUBLE", duckdb.TYPE_DATE: "DATE", duckdb.TYPE_TIME: "TIME", duckdb.TYPE_TIME_TZ: "TIMETZ",
	duckdb.TYPE_TIMESTAMP: "TIMESTAMP", duckdb.TYPE_TIMESTAMP_S: "TIMESTAMP_S", duckdb.TYPE_TIMESTAMP_MS: "TIMESTAMP_MS",
	duckdb.TYPE_TIMESTAMP_NS: "TIMESTAMP_NS", duckdb.TYPE_TIMESTAMP_TZ: "TIMESTAMPTZ", duckdb.TYPE_INTERVAL: "INTERVAL",
	duckdb.TYPE_VARCHAR: "VARCHAR", duckdb.TYPE_BLOB: "BLOB", duckdb.TYPE_BIT: "BIT", duckdb.TYPE_UUID: "UUID",
	duckdb.TYPE_ENUM:   "ENUM", // the C API does not tell more
	duckdb.TYPE_BIGNUM: "BIGNUM", duckdb.TYPE_GEOMETRY: "GEOMETRY", duckdb.TYPE_VARIANT: "VARIANT",
	duckdb.TYPE_SQLNULL: `"NULL"`,
}

// typeName returns DuckDB's name of a type, which it takes.
func typeName(t mapping.LogicalType) string {
	defer mapping.DestroyLogicalType(&t)
	if mapping.LogicalTypeGetAlias(t) == "JSON" {
		return "JSON"
	}
	switch id := mapping.GetTypeId(t); id {
	case duckdb.TYPE_DECIMAL:
		return fmt.Sprintf("DECIMAL(%d,%d)", mapping.DecimalWidth(t), mapping.DecimalScale(t))
	case duckdb.TYPE_LIST:
		return typeName(mapping.ListTypeChildType(t)) + "[]"
	case duckdb.TYPE_ARRAY:
		return fmt.Sprintf("%s[%d]", typeName(mapping.ArrayTypeChildType(t)), mapping.ArrayTypeArraySize(t))
	case duckdb.TYPE_MAP:
		return "MAP(" + typeName(mapping.MapTypeKeyType(t)) + ", " + typeName(mapping.MapTypeValueType(t)) + ")"
	case duckdb.TYPE_STRUCT:
		return membersName("STRUCT", t, mapping.StructTypeChildCount(t), mapping.StructTypeChildName, mapping.StructTypeChildType)
	case duckdb.TYPE_UNION:
		return membersName("UNION", t, mapping.UnionTypeMemberCount(t), mapping.UnionTypeMemberName, mapping.UnionTypeMemberType)
	default:
		return typeNames[id]
	}
}

// membersName returns the name of a type that has members with names.
func membersName(
	outer string, t mapping.LogicalType, count mapping.IdxT,
	name func(mapping.LogicalType, mapping.IdxT) string, typ func(mapping.LogicalType, mapping.IdxT) mapping.LogicalType,
) string {
	members := make([]string, count)
	for i := range count {
		members[i] = quoteName(name(t, i)) + " " + typeName(typ(t, i))
	}
	return outer + "(" + strings.Join(members, ", ") + ")"
}
