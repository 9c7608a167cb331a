//go:build cgo

package query

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// A planNode is an operator in the output of EXPLAIN (FORMAT json).
type planNode struct {
	Name      string
	Children  []planNode
	ExtraInfo struct {
		Function any // of a scan
		Name     any // of an INOUT_FUNCTION
	} `json:"extra_info"`
}

// checkPlan refuses a statement unless everything in its plan is known to read,
// or to create an object in the in-memory database. In that case persist is
// true.
func (db *DB) checkPlan(ctx context.Context, text string, kind duckdb.StmtType, args []any) (persist bool, err error) {
	root, err := db.explain(ctx, text, args)
	if err != nil {
		return false, err
	}
	changes := kind == duckdb.STATEMENT_TYPE_UPDATE || kind == duckdb.STATEMENT_TYPE_DELETE
	if (changes || kind == duckdb.STATEMENT_TYPE_INSERT) && root.Name == "PROJECTION" && len(root.Children) == 1 { // RETURNING
		root = &root.Children[0]
	}
	switch {
	case kind == duckdb.STATEMENT_TYPE_CREATE && persistentRoots[root.Name]:
		persist = true
	case kind == duckdb.STATEMENT_TYPE_INSERT && insertRoots[root.Name]:
	case changes && changeRoots[root.Name]:
	case changes && root.Name == "EMPTY_RESULT": // WHERE false
	case kind == duckdb.STATEMENT_TYPE_SELECT:
		return false, checkOperator(root)
	default:
		return false, refuse(root.Name)
	}
	for i := range root.Children {
		if err := checkOperator(&root.Children[i]); err != nil {
			return false, err
		}
	}
	return persist, nil
}

// explain returns the plan of a statement.
func (db *DB) explain(ctx context.Context, text string, args []any) (*planNode, error) {
	lines := len(text) - len(strings.TrimLeft(text, "\n"))
	explain := text[:lines] + "EXPLAIN (FORMAT json) " + text[lines:]
	var key, value string
	if err := db.conn.QueryRowContext(ctx, explain, args...).Scan(&key, &value); err != nil {
		if isCanceled(err) {
			return nil, err
		}
		if cause, ok := errors.AsType[*duckdb.Error](err); ok && cause.Type == duckdb.ErrorTypeParser || strings.Contains(err.Error(), "PRAGMA") {
			return nil, refuse("a statement that DuckDB does not explain") // CREATE SECRET, PRAGMA
		}
		return nil, sqlErrorIn(err, text)
	}
	var plan []planNode
	if err := json.Unmarshal([]byte(value), &plan); err != nil || len(plan) != 1 {
		return nil, fmt.Errorf("plan of DuckDB: %w", errors.Join(err, errors.New("not one tree of operators")))
	}
	return &plan[0], nil
}

// checkOperator refuses an operator, or one below it, that is not known to read.
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
