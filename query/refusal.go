//go:build cgo

package query

// refuse returns the error for a statement that would do more than read.
func refuse(what string) error {
	if what == "" {
		what = "the statement"
	}
	return &Error{
		Msg:  what + " is refused: a query only reads the data set",
		hint: "CREATE TEMP TABLE name AS SELECT ... keeps an intermediate result for the following statements",
		err:  ErrRefused,
	}
}

// refuseCopy returns the error for a statement that would write a file.
func refuseCopy(verb string) error {
	return &Error{Msg: verb + " is refused: a query only reads the data set", err: ErrRefusedCopy}
}

// refuseTable returns the error for a table that is not temporary.
func refuseTable() error {
	return &Error{
		Msg:  "CREATE TABLE is refused: the table would be lost at the end",
		hint: "CREATE TEMP TABLE keeps an intermediate result for the following statements",
		err:  ErrRefused,
	}
}

// refuseVerb refuses a statement by its first word, or returns nil. The fence
// refuses these statements too, but DuckDB fails to prepare some of them, with a
// message that misses the point.
func refuseVerb(verb string) error {
	switch verb {
	case "COPY", "EXPORT":
		return refuseCopy(verb)
	case "ALTER", "ATTACH", "DETACH", "IMPORT", "INSTALL", "LOAD", "MERGE":
		return refuse(verb)
	}
	return nil
}
