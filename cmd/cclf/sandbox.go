package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/synth"
)

type sandboxOptions struct {
	listen        string
	export        string
	beneficiaries int
	seed          uint64
	jobTime       time.Duration
	tokenLife     time.Duration
	keepTime      time.Duration
	faults        []string
	urlFile       string
	clientID      string
	clientSecret  string
	command       []string
}

func newSandboxCommand(e *env) *cli.Command {
	var opts sandboxOptions
	return &cli.Command{
		Name:      "sandbox",
		Usage:     "run a local BCDA server with synthetic data",
		UsageText: "cclf sandbox [options]\ncclf sandbox [options] -- COMMAND [ARGUMENTS]",
		Description: cmdline.Describe(`
			Runs a local server that behaves like BCDA, with synthetic data: to learn
			the workflow and to test your own programs, without credentials and without
			real claims. It prints its address and the credentials it accepts, which
			are new at each start unless --client-id and --client-secret set them, and
			runs until it is interrupted. It answers only requests to this machine's
			loopback names. It has data of the API versions
			`+strings.Join(synth.APIs(), ", ")+`.

			With a COMMAND, it runs the command with BCDA_BASE_URL, BCDA_CLIENT_ID and
			BCDA_CLIENT_SECRET set, and exits when the command exits.

			Faults for --fault: `+strings.Join(bcdatest.Presets(), ", ")+`.`,
			"cclf sandbox",
			"cclf sandbox --beneficiaries 1000 --job-time 20s --fault resets --fault throttled",
			"cclf sandbox -- cclf fetch -o export",
		),
		Flags: []cli.Flag{
			&cli.StringFlag{
				Name: "listen", Usage: "loopback `ADDRESS` to listen on; port 0 picks a free one",
				Value: "127.0.0.1:0", Destination: &opts.listen,
			},
			&cli.StringFlag{
				Name: "export", Usage: "serve the .ndjson and .ndjson.gz files in `DIR` (default: synthetic data)",
				TakesFile: true, Destination: &opts.export,
			},
			&cli.IntFlag{
				Name: "beneficiaries", Aliases: []string{"n"}, Usage: "number of synthetic beneficiaries, `N`", Value: 50,
				Validator: positive, Destination: &opts.beneficiaries,
			},
			&cli.Uint64Flag{Name: "seed", Usage: "random `SEED`", Value: 1, Destination: &opts.seed},
			&cli.DurationFlag{Name: "job-time", Usage: "duration of an export job, `TIME`", Value: 2 * time.Second, Destination: &opts.jobTime},
			&cli.DurationFlag{Name: "token-life", Usage: "lifetime of tokens, `TIME`", Value: 20 * time.Minute, Destination: &opts.tokenLife},
			&cli.DurationFlag{Name: "keep-time", Usage: "lifetime of files, `TIME`", Value: 24 * time.Hour, Destination: &opts.keepTime},
			&cli.StringSliceFlag{
				Name: "fault", Usage: "inject fault `NAME` (repeatable)", Destination: &opts.faults,
			},
			&cli.StringFlag{
				Name: "client-id", Usage: "client `ID` to accept (default: a new one)",
				HideDefault: true, Destination: &opts.clientID,
			},
			&cli.StringFlag{
				Name: "client-secret", Usage: "client `SECRET` to accept (default: a new one)",
				HideDefault: true, Destination: &opts.clientSecret,
			},
			&cli.StringFlag{
				Name: "url-file", Usage: "write the base URL to `FILE` once the server is ready",
				TakesFile: true, Destination: &opts.urlFile,
			},
		},
		Action: func(ctx context.Context, cmd *cli.Command) error {
			opts.command = cmd.Args().Slice()
			if err := runSandbox(ctx, e, opts); err != nil {
				return fmt.Errorf("sandbox: %w", err)
			}
			return nil
		},
	}
}

func runSandbox(ctx context.Context, e *env, opts sandboxOptions) (err error) {
	host, _, err := net.SplitHostPort(opts.listen)
	if err != nil || host != "localhost" && !net.ParseIP(host).IsLoopback() {
		return usageErrorf("%q is not a loopback address with a port, such as 127.0.0.1:8000", opts.listen)
	}
	if opts.clientID == "" {
		opts.clientID = "sandbox-" + rand.Text()[:8]
	}
	if opts.clientSecret == "" {
		opts.clientSecret = rand.Text()
	}
	server := bcdatest.Options{
		JobTime: opts.jobTime, TokenLife: opts.tokenLife, KeepTime: opts.keepTime,
		ClientID: opts.clientID, ClientSecret: opts.clientSecret,
	}
	for _, name := range opts.faults {
		faults, ok := bcdatest.Preset(name)
		if !ok {
			return usageErrorf("invalid --fault %q: expected %s%s", name, orList(bcdatest.Presets()), didYouMean(name, bcdatest.Presets()))
		}
		server.Faults = append(server.Faults, faults...)
	}
	if opts.export != "" {
		if server.Files, err = bcdatest.FromFS(os.DirFS(opts.export)); err != nil {
			return &exitError{code: exitcode.Input, err: err}
		}
	} else {
		temp, err := os.MkdirTemp("", "cclf-sandbox-")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
		if server.FilesOf, err = synthesize(ctx, temp, opts); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", opts.listen)
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String()
	http := &http.Server{Handler: loopbackOnly(bcdatest.New(server)), ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- http.Serve(listener) }()
	defer http.Close()
	if opts.urlFile != "" {
		if err := os.WriteFile(opts.urlFile, []byte(base+"\n"), 0o600); err != nil {
			return &exitError{code: exitcode.Output, err: err}
		}
	}
	if len(opts.command) > 0 {
		return runWithin(ctx, e, base, opts)
	}
	fmt.Fprintf(e.stdout, "export BCDA_BASE_URL=%s\nexport BCDA_CLIENT_ID=%s\nexport BCDA_CLIENT_SECRET=%s\n", base, opts.clientID, opts.clientSecret)
	if !e.quiet && !e.logJSON {
		fmt.Fprintln(e.words(), "sandbox running; press Ctrl-C to stop")
	}
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		return nil // interrupting is how it is stopped
	}
}

// loopbackOnly refuses requests to names other than those of the loopback. A web
// page could otherwise reach the sandbox by a name that resolves to 127.0.0.1.
func loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
		if !strings.EqualFold(host, "localhost") && !net.ParseIP(host).IsLoopback() {
			http.Error(w, "the sandbox answers only to loopback names, such as localhost", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// synthesize writes an export of each API version.
func synthesize(ctx context.Context, temp string, opts sandboxOptions) (map[string][]bcdatest.File, error) {
	files := map[string][]bcdatest.File{}
	for _, api := range synth.APIs() {
		dir := filepath.Join(temp, api)
		if _, err := synth.Write(ctx, synth.Options{Dir: dir, API: api, Beneficiaries: opts.beneficiaries, Seed: opts.seed}); err != nil {
			return nil, err
		}
		var err error
		if files[api], err = bcdatest.FromFS(os.DirFS(dir)); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// runWithin runs a command that uses the sandbox.
func runWithin(ctx context.Context, e *env, base string, opts sandboxOptions) error {
	command := opts.command
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = e.stdin, e.stdout, e.stderr
	cmd.Env = append(slices.Clip(os.Environ()),
		"BCDA_BASE_URL="+base, "BCDA_CLIENT_ID="+opts.clientID, "BCDA_CLIENT_SECRET="+opts.clientSecret)
	// An interrupt at the terminal reaches the command too.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 {
		return &exitError{code: exit.ExitCode(), err: fmt.Errorf("%s ended with exit code %d", command[0], exit.ExitCode())}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
