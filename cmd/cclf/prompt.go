//go:build cgo

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/internal/results"
	"github.com/cclf-tools/cclf/query"
)

// A prompt runs statements that are typed on a terminal.
type prompt struct {
	e     *env
	ed    *editor
	db    *query.DB
	opts  queryOptions
	timer bool
	names *nameList // nil until they are needed
}

// runPrompt opens a data set and reads statements, until the user leaves. What has
// to be started or opened comes before the data set: then the process is confined.
func runPrompt(ctx context.Context, e *env, opts queryOptions) error {
	if err := opts.result.choose(); err != nil {
		return err
	}
	if !slices.Contains(promptModes, opts.result.format) {
		return &exitError{
			code: exitcode.Usage,
			err:  fmt.Errorf("query: no SQL given, and %s is not for a terminal", opts.result.format),
			hint: "pass the SQL as an argument or with --file, and -o FILE; or start the prompt without -f",
		}
	}
	return e.withScreen(!opts.noPager, func(e *env) error {
		h, err := openHistory()
		if err != nil {
			e.note(fmt.Sprintf("the history is not kept: %v", err))
		}
		defer h.Close()
		p := &prompt{e: e, opts: opts}
		p.ed = newEditor(e, h, p.complete)
		defer context.AfterFunc(ctx, p.ed.restore)()
		return p.sessions(ctx)
	})
}

// sessions opens the data set again when it was replaced.
func (p *prompt) sessions(ctx context.Context) error {
	for first := true; ; first = false {
		err := useDataSets(ctx, p.e, p.opts.sets, p.opts.options, func(_ *env, db *query.DB) error {
			p.db, p.names = db, nil
			if first {
				p.greet()
			} else {
				p.e.note("the data set was replaced; this is the new one, without temporary tables. Run the statement again")
			}
			return p.loop(ctx)
		})
		if !errors.Is(err, query.ErrReplaced) {
			return err
		}
	}
}

func (p *prompt) greet() {
	if !p.e.quiet {
		fmt.Fprintf(p.e.stdout, "cclf %s. Statements end with a semicolon. .help lists the commands, Ctrl-D leaves.\n", version())
		p.e.screen.end()
	}
}

// loop reads and runs statements. Errors do not end it, but ErrReplaced does.
func (p *prompt) loop(ctx context.Context) error {
	p.e.interrupts.set(func() {}) // a statement sets its own
	defer p.e.interrupts.set(nil)
	for {
		text, err := p.ed.read()
		text = strings.TrimSpace(text)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errInterrupted):
			continue
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("query: standard input: %w", err)
		case text == "":
			continue
		case isQuit(text):
			return nil
		}
		if err := p.run(ctx, text); errors.Is(err, query.ErrReplaced) || ctx.Err() != nil {
			return err
		}
	}
}

// run runs a command or a script, and reports its error. Ctrl-C ends it.
func (p *prompt) run(ctx context.Context, text string) error {
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	p.e.interrupts.set(cancel)
	defer p.e.interrupts.set(func() {})
	started := time.Now()
	var err error
	isCommand := text[0] == '.'
	if isCommand {
		err = p.command(running, text)
	} else {
		err = p.db.Run(running, text, p.print, p.valuesFor(text)...)
		p.names = nil // it may have created a table
	}
	p.e.screen.end()
	if err != nil && running.Err() != nil {
		err = running.Err() // DuckDB may report what it broke instead
	}
	if err != nil && ctx.Err() == nil && !errors.Is(err, query.ErrReplaced) {
		p.e.report(err, exitCode(err))
	}
	if p.timer && !isCommand {
		fmt.Fprintf(p.e.stdout, "Time: %.3f s\n", time.Since(started).Seconds())
		p.e.screen.end()
	}
	return err
}

// valuesFor returns the values of the parameters of a script.
func (p *prompt) valuesFor(script string) []sql.NamedArg {
	names := query.Parameters(script)
	return slices.DeleteFunc(slices.Clone(p.opts.values), func(v sql.NamedArg) bool { return !slices.Contains(names, strings.ToLower(v.Name)) })
}

// print shows a result.
func (p *prompt) print(rows *query.Rows) error {
	err := results.WriteRows(p.e.stdout, rows, p.options())
	p.e.screen.end()
	if errors.Is(err, errPagerEnded) {
		return nil
	}
	return err
}

func (p *prompt) options() results.Options {
	o := p.e.resultOptions(p.opts)
	o.Hint = ".mode line shows all"
	return o
}

// complete lists what a text can become.
func (p *prompt) complete(text string) (prefix string, names []string) {
	if p.names == nil && p.db != nil {
		var err error
		if p.names, err = readNames(context.Background(), p.db); err != nil {
			return "", nil
		}
	}
	return p.names.complete(text)
}

// promptModes are the formats that a terminal can show.
var promptModes = []string{
	string(render.Table), string(render.Lines), string(render.CSV), string(render.TSV),
	string(render.JSON), string(render.NDJSON), string(render.Markdown),
}
