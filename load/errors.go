package load

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Causes that a program may want to handle.
var (
	// ErrConnect is wrapped by the error of a server that cannot be reached.
	ErrConnect = errors.New("cannot connect to the database")
	// ErrRefused is wrapped by the error of a server that refuses the user.
	ErrRefused = errors.New("the database refused the user or the password")
	// ErrURL is wrapped by the error of an invalid URL.
	ErrURL = errors.New("invalid URL of a database")
)

// connectError returns the error of a connection, without the URL, which may have a
// password.
func connectError(err error) error {
	if parse, ok := errors.AsType[*pgconn.ParseConfigError](err); ok {
		return fmt.Errorf("%w: %w", ErrURL, parse)
	}
	if server, ok := errors.AsType[*pgconn.PgError](err); ok {
		if strings.HasPrefix(server.Code, "28") { // invalid authorization
			return fmt.Errorf("%w: %s", ErrRefused, server.Message)
		}
		return fmt.Errorf("%w: %s", ErrConnect, server.Message)
	}
	return fmt.Errorf("%w: %w", ErrConnect, err)
}

// serverError returns an error of the server without values: the message of some
// conditions, and the detail of most, quote the row.
func serverError(err error) error {
	server, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return err
	}
	if server.Code == "57014" { // query_canceled
		return context.Canceled
	}
	message := server.Message
	switch server.Code[:2] {
	case "22": // data exception
		message = "a value does not fit its column"
	case "23": // integrity constraint violation
		message = "the rows violate a constraint"
	}
	for _, part := range [][2]string{{"constraint", server.ConstraintName}, {"column", server.ColumnName}, {"column", columnOf(server.Where)}} {
		if part[1] != "" {
			message += ", " + part[0] + " " + part[1]
		}
	}
	return fmt.Errorf("%s (SQLSTATE %s)", message, server.Code)
}

// columnOf returns the column in the context of an error of COPY, which is
//
//	COPY cclf5, line 3, column clm_from_dt: "..."
func columnOf(where string) string {
	_, after, found := strings.Cut(where, ", column ")
	name, _, quoted := strings.Cut(after, ":")
	if !found || !quoted || strings.ContainsAny(name, ` "`) {
		return ""
	}
	return name
}

// isViolation reports whether rows violate a key.
func isViolation(err error) bool {
	server, ok := errors.AsType[*pgconn.PgError](err)
	return ok && strings.HasPrefix(server.Code, "23")
}
