package main

import (
	"context"
	"encoding/gob"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/cclf-tools/cclf/internal/config"
)

// serverVariable is in the environment of the process of a scriptServer.
const serverVariable = "CCLF_TEST_SERVER"

// A scriptServer runs command lines of a script in one process, one after the other: the
// start of a process takes 20 ms of processor time, and its first use of DuckDB as much
// again. The process is not confined when it queries data sets.
type scriptServer struct {
	scripts string   // their folder
	names   []string // of the variables of the script
	cmd     *exec.Cmd
	stdin   io.Closer
	calls   *gob.Encoder
	results *gob.Decoder
}

// A scriptCall is a command line for a scriptServer, and a scriptResult what came of it.
type (
	scriptCall struct {
		Dir       string
		Env, Args []string
	}
	scriptResult struct {
		Code           int
		Stdout, Stderr string
	}
)

// serveScript is the process of a scriptServer. It ends with its standard input.
func serveScript() {
	hardenProcess()
	calls, results := gob.NewDecoder(os.Stdin), gob.NewEncoder(os.Stdout)
	os.Stdout = os.Stderr // for what is not a result
	for {
		var call scriptCall
		if calls.Decode(&call) != nil || results.Encode(call.run()) != nil {
			return
		}
	}
}

func (c scriptCall) run() scriptResult {
	if err := os.Chdir(c.Dir); err != nil {
		return scriptResult{Code: -1, Stderr: err.Error()}
	}
	os.Clearenv()
	for _, v := range c.Env {
		name, value, _ := strings.Cut(v, "=")
		_ = os.Setenv(name, value) // the names are those of the environment of the script
	}
	var stdout, stderr strings.Builder
	e := newEnv(strings.NewReader(""), &stdout, &stderr, func(any) bool { return false })
	e.usualConfig = config.DefaultName()
	code := run(context.Background(), e, c.Args)
	return scriptResult{code, stdout.String(), stderr.String()}
}

// withServer adds to params what the commands call and exits need.
func withServer(params testscript.Params, scripts string) testscript.Params {
	before := params.Setup
	params.Setup = func(env *testscript.Env) error {
		if before != nil {
			if err := before(env); err != nil {
				return err
			}
		}
		s := &scriptServer{scripts: scripts}
		for _, v := range env.Vars {
			name, _, _ := strings.Cut(v, "=")
			s.names = append(s.names, name)
		}
		env.Values[serverVariable] = s
		env.Defer(s.stop)
		return nil
	}
	params.Cmds["call"], params.Cmds["exits"] = call, exits
	return params
}

// call runs a command line as exec does, in the process of a scriptServer. Use exec for what
// the process itself matters to: its standard input, what it is confined to, signals.
//
//	call cclf convert -o out export
func call(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || args[0] != "cclf" {
		ts.Fatalf("usage: call cclf [args...]")
	}
	if code := serverOf(ts).call(ts, args); (code != 0) != neg {
		ts.Fatalf("exit code %d", code)
	}
}

func serverOf(ts *testscript.TestScript) *scriptServer {
	return ts.Value(serverVariable).(*scriptServer)
}

func (s *scriptServer) call(ts *testscript.TestScript, args []string) (code int) {
	if s.cmd == nil {
		s.start(ts)
	}
	c := scriptCall{Dir: ts.MkAbs("."), Args: args}
	for _, name := range s.names {
		c.Env = append(c.Env, name+"="+ts.Getenv(name))
	}
	ts.Check(s.calls.Encode(c))
	var result scriptResult
	ts.Check(s.results.Decode(&result))
	_, _ = io.WriteString(ts.Stdout(), result.Stdout)
	_, _ = io.WriteString(ts.Stderr(), result.Stderr)
	return result.Code
}

var setVariable = regexp.MustCompile(`(?m)^env (\w+)=`)

func (s *scriptServer) start(ts *testscript.TestScript) {
	script, err := os.ReadFile(filepath.Join(s.scripts, ts.Name()+".txtar"))
	ts.Check(err)
	for _, m := range setVariable.FindAllSubmatch(script, -1) {
		s.names = append(s.names, string(m[1]))
	}
	program, err := exec.LookPath("cclf")
	ts.Check(err)
	s.cmd = exec.Command(program)
	s.cmd.Env = append(os.Environ(), serverVariable+"=1")
	s.cmd.Stderr = os.Stderr
	stdin, err := s.cmd.StdinPipe()
	ts.Check(err)
	stdout, err := s.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(s.cmd.Start())
	s.stdin, s.calls, s.results = stdin, gob.NewEncoder(stdin), gob.NewDecoder(stdout)
}

// stop ends the process. It waits for it, so that the coverage of the process is written.
func (s *scriptServer) stop() {
	if s.stdin != nil {
		_ = s.stdin.Close()
		_ = s.cmd.Wait()
	}
}
