//go:build cgo

package query

import (
	"context"
	"errors"
	"strings"
)

// expandPivots returns the statement with the values that its PIVOTs lack: ON year
// becomes ON year IN ('2024', '2025'). DuckDB would make several statements of it, which
// cannot be judged one by one. The values come from queries that are judged like any
// other.
func (db *DB) expandPivots(ctx context.Context, stmt statement, args []any) (statement, error) {
	for {
		p, ok := findPivot(stmt.text)
		if !ok {
			return stmt, nil
		}
		values, err := db.pivotValues(ctx, p, args)
		if err != nil {
			return stmt, err
		}
		stmt.text = stmt.text[:p.end] + " IN (" + strings.Join(values, ", ") + ")" + stmt.text[p.end:]
	}
}

// pivotValues returns the values of an expression of a PIVOT as SQL literals.
func (db *DB) pivotValues(ctx context.Context, p pivotItem, args []any) ([]string, error) {
	text := p.with + " SELECT (" + p.expr + ")::VARCHAR AS v FROM " + p.source + " GROUP BY (" + p.expr + ") HAVING v IS NOT NULL ORDER BY (" + p.expr + ")"
	rows, err := db.query(ctx, statement{text: text, verb: "SELECT"}, args)
	if err != nil {
		return nil, err
	}
	var values []string
	for rows.Next() {
		values = append(values, quote(rows.Values()[0].(string)))
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	if len(values) == 0 {
		return nil, &Error{Msg: "PIVOT: the expression after ON has no values", hint: "list the columns: PIVOT ... ON y IN (2024, 2025)"}
	}
	return values, nil
}

// A pivotItem is an expression of a PIVOT without values:
//
//	WITH ... PIVOT source ON expr, expr USING ...
type pivotItem struct {
	with   string // WITH and the queries before the PIVOT, or ""
	source string
	expr   string
	end    int // offset after expr in the statement
}

// A lexeme is a token of SQL that is not blank.
type lexeme struct {
	start, end int
	word       string // in upper case, or the character
	depth      int    // of parentheses around it
}

func lexemes(text string) []lexeme {
	var list []lexeme
	depth := 0
	for s := (scanner{src: text}); s.next(); {
		if s.blank {
			continue
		}
		word := strings.ToUpper(text[s.start:s.pos])
		if word == ")" {
			depth--
		}
		list = append(list, lexeme{s.start, s.pos, word, depth})
		if word == "(" {
			depth++
		}
	}
	return list
}

// findPivot returns the first expression of a PIVOT that has no values.
func findPivot(text string) (pivotItem, bool) {
	if !strings.Contains(strings.ToUpper(text), "PIVOT") {
		return pivotItem{}, false
	}
	list := lexemes(text)
	for i, lex := range list {
		if lex.word != "PIVOT" && lex.word != "PIVOT_WIDER" {
			continue
		}
		if item, ok := pivotAt(text, list[i+1:], lex.depth); ok {
			item.with = queriesBefore(text, list[:i])
			return item, true
		}
	}
	return pivotItem{}, false
}

// afterItems are words that end the expressions of a PIVOT.
var afterItems = set("USING GROUP ORDER LIMIT OFFSET UNION INTERSECT EXCEPT")

// pivotAt returns the first expression without values of the PIVOT before list.
func pivotAt(text string, list []lexeme, depth int) (pivotItem, bool) {
	on := -1 // a join in the source has an ON too: the last one counts
	for i, lex := range list {
		if lex.depth < depth {
			list = list[:i]
			break
		}
		switch {
		case lex.word == "FOR" && lex.depth == depth+1 && on < 0 && list[0].word == "(":
			return pivotItem{}, false // FROM t PIVOT (... FOR y IN (...))
		case lex.word == "ON" && lex.depth == depth && i > 0:
			on = i
		}
	}
	if on < 0 {
		return pivotItem{}, false
	}
	source := text[list[0].start:list[on-1].end]
	begin, hasValues := on+1, false
	for i := begin; ; i++ {
		ends := i == len(list) || list[i].depth == depth && (list[i].word == "," || afterItems[list[i].word])
		switch {
		case ends && !hasValues && i > begin:
			end := list[i-1].end
			return pivotItem{source: source, expr: text[list[begin].start:end], end: end}, true
		case i == len(list), ends && list[i].word != ",":
			return pivotItem{}, false
		case ends:
			begin, hasValues = i+1, false
		case list[i].depth == depth && list[i].word == "IN":
			hasValues = true
		}
	}
}

// queriesBefore returns the WITH of a statement with the queries that are complete at
// the end of list.
func queriesBefore(text string, list []lexeme) string {
	with, end := -1, -1
	for i, lex := range list {
		switch {
		case lex.depth > 0:
		case with < 0 && lex.word == "WITH":
			with = lex.start
		case with >= 0 && lex.word == ")" && (i+1 == len(list) || list[i+1].word != "AS"):
			end = lex.end
			if i+1 == len(list) || list[i+1].word != "," {
				return text[with:end]
			}
		}
	}
	if end < 0 {
		return ""
	}
	return text[with:end]
}
