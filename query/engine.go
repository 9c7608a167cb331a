//go:build cgo

package query

import (
	"context"
	"database/sql"

	_ "github.com/duckdb/duckdb-go/v2" // registers the driver
)

// EngineVersion returns the version of DuckDB that is linked in, such as v1.5.6.
func EngineVersion(ctx context.Context) (string, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return "", err
	}
	defer db.Close()
	var version string
	err = db.QueryRowContext(ctx, "SELECT version()").Scan(&version)
	return version, err
}
