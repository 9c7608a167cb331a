package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// A schedule is a command line of an example, and the variables that the example sets.
type schedule struct {
	args []string
	vars map[string]string
}

// schedules are the ways to find the command of each example in docs/examples.
var schedules = map[string]func(t *testing.T, text string) schedule{
	"crontab":           crontabCommand,
	"cclf-sync.service": unitCommand,
	"kubernetes.yaml":   cronJobCommand,
	"aws-batch.json":    batchCommand,
	"github-action.yml": workflowCommand,
	"airflow.py":        dagCommand,
}

// otherExamples are what the schedules need.
var otherExamples = []string{"README.md", "config.toml", "cclf-sync.timer"}

// TestExamplesRun runs the command of each example against a server, with the
// folders that it names below a temporary one. The first fills the lake.
func TestExamplesRun(t *testing.T) {
	synthtest.WithoutRace(t)
	const dir = "../../docs/examples"
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	sandbox(t, bcdatest.Options{})
	root := t.TempDir()
	inRoot := func(text string) string {
		return regexp.MustCompile(`/(data|etc|var)/`).ReplaceAllString(text, root+"$0")
	}
	for _, folder := range []string{"/data", "/etc/cclf", "/var/log/cclf", "/var/lib/node_exporter"} {
		if err := os.MkdirAll(root+folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	save := func(name, text string) {
		if err := os.WriteFile(root+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save("/etc/cclf/bcda", "BCDA_CLIENT_ID="+bcdatest.ClientID+"\nBCDA_CLIENT_SECRET="+bcdatest.ClientSecret+"\n")
	config, err := os.ReadFile(filepath.Join(dir, "config.toml"))
	if err != nil {
		t.Fatal(err)
	}
	save("/etc/cclf/config.toml", inRoot(string(config)))

	for _, file := range files {
		find := schedules[file.Name()]
		if find == nil {
			if !slices.Contains(otherExamples, file.Name()) {
				t.Errorf("no test of %s", file.Name())
			}
			continue
		}
		t.Run(file.Name(), func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(dir, file.Name()))
			if err != nil {
				t.Fatal(err)
			}
			job := find(t, string(text))
			for name, value := range job.vars {
				t.Setenv(name, inRoot(value))
			}
			var args []string
			for _, arg := range job.args {
				args = append(args, inRoot(arg))
			}
			code, _, stderr := cclf(t.Context(), strings.NewReader("x"), args...)
			if code != exitcode.OK {
				t.Fatalf("%q: exit code %d: %s", args, code, stderr)
			}
			if set, err := dataset.Open(root + "/data/lake"); err != nil || set.Manifest.TotalRows() == 0 {
				t.Errorf("%q: %v", args, err)
			}
		})
	}
	for _, name := range []string{"/var/log/cclf/cclf.log", "/var/lib/node_exporter/cclf.prom"} {
		if info, err := os.Stat(root + name); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	checkModes(t, root+"/data/lake")
}

// checkModes checks that nobody else can read the exports.
func checkModes(t *testing.T, lake string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(lake, "export"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if info, err := d.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: mode %v, %v", path, info.Mode(), err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func crontabCommand(t *testing.T, text string) schedule {
	job := schedule{vars: map[string]string{}}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		switch name, value, assigned := strings.Cut(strings.TrimSpace(line), "="); {
		case len(fields) == 0, fields[0] == "#":
		case assigned && !strings.Contains(name, " "):
			job.vars[name] = value
		default: // five fields of time, the user, the program
			if len(fields) < 8 || filepath.Base(fields[6]) != "cclf" {
				t.Fatalf("line %q", line)
			}
			job.args = fields[7:]
		}
	}
	return job
}

func unitCommand(t *testing.T, text string) schedule {
	if analyze, err := exec.LookPath("systemd-analyze"); err == nil {
		checkUnit(t, analyze)
	} else {
		t.Log("systemd-analyze is not here to verify the units")
	}
	job := schedule{vars: map[string]string{}}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "Environment":
			name, v, _ := strings.Cut(value, "=")
			job.vars[name] = v
		case "ExecStart":
			job.args = strings.Fields(value)[1:]
		}
	}
	return job
}

// checkUnit verifies the units with systemd, but for the program, which is not
// installed here.
func checkUnit(t *testing.T, analyze string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"cclf-sync.service", "cclf-sync.timer"} {
		text, err := os.ReadFile(filepath.Join("../../docs/examples", name))
		if err != nil {
			t.Fatal(err)
		}
		text = []byte(strings.Replace(string(text), "/usr/bin/cclf", "/bin/true", 1))
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command(analyze, "verify", filepath.Join(dir, "cclf-sync.service"), filepath.Join(dir, "cclf-sync.timer")).CombinedOutput()
	if err != nil || strings.Contains(string(out), dir) {
		t.Errorf("%v: %s", err, out)
	}
}

func cronJobCommand(t *testing.T, text string) schedule {
	var job struct {
		Kind string
		Spec struct {
			Schedule    string
			JobTemplate struct {
				Spec struct {
					Template struct {
						Spec struct {
							Containers []struct {
								Args []string
								Env  []struct{ Name string }
							}
						}
					}
				}
			} `yaml:"jobTemplate"`
		}
	}
	if err := yaml.Unmarshal([]byte(text), &job); err != nil {
		t.Fatal(err)
	}
	containers := job.Spec.JobTemplate.Spec.Template.Spec.Containers
	if job.Kind != "CronJob" || job.Spec.Schedule == "" || len(containers) != 1 || len(containers[0].Env) != 2 {
		t.Fatalf("%+v", job)
	}
	return schedule{args: containers[0].Args}
}

func batchCommand(t *testing.T, text string) schedule {
	var job struct {
		Parameters          map[string]string
		ContainerProperties struct {
			Command []string
			Secrets []struct{ Name string }
		}
	}
	if err := json.Unmarshal([]byte(text), &job); err != nil {
		t.Fatal(err)
	}
	var args []string
	for _, arg := range job.ContainerProperties.Command {
		if name, ok := strings.CutPrefix(arg, "Ref::"); ok {
			arg = job.Parameters[name]
		}
		args = append(args, arg)
	}
	if len(job.ContainerProperties.Secrets) != 2 {
		t.Fatalf("%+v", job)
	}
	return schedule{args: args}
}

func workflowCommand(t *testing.T, text string) schedule {
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct{ Run string }
		}
	}
	if err := yaml.Unmarshal([]byte(text), &workflow); err != nil {
		t.Fatal(err)
	}
	args, err := exec.Command("sh", "-c", "GITHUB_RUN_ID=17; cclf() { printf '%s\\n' \"$@\"; }; "+workflow.Jobs["sync"].Steps[0].Run).Output()
	if err != nil {
		t.Fatal(err)
	}
	return schedule{args: strings.Fields(string(args))}
}

// dagCommand runs the DAG in Python, with stand-ins for the parts of Airflow that it
// uses, and for cclf.
func dagCommand(t *testing.T, text string) schedule {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 to run the DAG with")
	}
	cmd := exec.Command(python, "-c", dagHarness)
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return schedule{args: strings.Split(strings.TrimSpace(string(out)), "\n")}
}

const dagHarness = `
import subprocess, sys, types

def module(name, **members):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(members)

def dag(**options):
    assert options["max_active_runs"] == 1 and options["schedule"]
    return lambda function: function

def task(**options):
    assert options["retries"] > 0
    return lambda function: lambda: function(run_id="scheduled__2026-01-05")

codes = iter([0, 3, 23, 16, 18])
printed = []
class Failed(Exception): pass
class Done:
    def __init__(self, args):
        if not printed: printed.append(args)
        self.returncode = next(codes)

module("pendulum", datetime=lambda *a, **k: None)
module("airflow")
module("airflow.decorators", dag=dag, task=task)
module("airflow.exceptions", AirflowFailException=Failed)
subprocess.run = Done
source = compile(sys.stdin.read(), "airflow.py", "exec")
for want in [None, None, None, RuntimeError, Failed]:
    try:
        exec(source, {})
        got = None
    except Exception as e:
        got = type(e)
    assert got is want, (got, want)
assert printed[0][0] == "cclf"
print("\n".join(printed[0][1:]))
`
