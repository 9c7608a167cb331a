package config

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	f, err := parse("\ufeffquiet = true\n# note\n[convert]\njobs = 4\nextra = [\"a,b\", 'c']\n\n[ \"jobs\" . cancel ]\nsince = 2026-01-31T00:00:00Z\nratio = 0.5\n[empty]\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []Setting{
		{"", "quiet", []string{"true"}, 1},
		{"convert", "jobs", []string{"4"}, 4},
		{"convert", "extra", []string{"a,b", "c"}, 5},
		{"jobs.cancel", "since", []string{"2026-01-31T00:00:00Z"}, 8},
		{"jobs.cancel", "ratio", []string{"0.5"}, 9},
	}
	if !reflect.DeepEqual(f.Settings, want) {
		t.Errorf("settings\n%v, want\n%v", f.Settings, want)
	}
	if want := []string{"convert", "jobs.cancel", "empty"}; !reflect.DeepEqual(f.Sections, want) {
		t.Errorf("sections %q, want %q", f.Sections, want)
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"a = 1\nb = secret word", "line 2: invalid TOML"},
		{"[x]\nk = [[1]]", "line 2: x.k: expected an array of texts or numbers"},
		{"k = [{a = 1}]", "line 1: k: expected an array of texts or numbers"},
		{"a = 1\n[[b]]\nc = 1", "line 2: b: expected a text, a number, true or false, or an array of them"},
		{"a.b = 1\na.\"c\" = {d = [[1]]}", "a.c.d: expected an array of texts or numbers"},
		{"k = 1\nk = 2", "line 2: invalid TOML"},
	} {
		_, err := parse(test.text)
		if err == nil || err.Error() != test.want {
			t.Errorf("%q: %v, want %s", test.text, err, test.want)
		}
	}
}

func TestSecret(t *testing.T) {
	t.Setenv("CONFIG_TEST_SECRET", " from env ")
	dir := t.TempDir()
	f := &File{Name: filepath.Join(dir, "config.toml")}
	for name, text := range map[string]string{"config.toml": "", "key": "from file\n", "blank": "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ value, want, err string }{
		{"env:CONFIG_TEST_SECRET", "from env", ""},
		{"file:key", "from file", ""},
		{"file:" + filepath.Join(dir, "key"), "from file", ""},
		{"cmd:echo from command", "from command", ""},
		{"env:CONFIG_TEST_NONE", "", "env:CONFIG_TEST_NONE: the variable is not set"},
		{"file:none", "", "file:none: no such file or directory"},
		{"file:blank", "", "file:blank: it is empty"},
		{"cmd:exit 3", "", "cmd: the command failed: exit status 3"},
		{"hunter2", "", ErrPlainSecret.Error()},
		{"env:", "", ErrPlainSecret.Error()},
	} {
		got, err := f.Secret(context.Background(), test.value)
		if text := errorText(err); got != test.want && err == nil || text != test.err && (runtime.GOOS != "windows" || test.err == "") {
			t.Errorf("%s: %q, %v; want %q, %q", test.value, got, err, test.want, test.err)
		}
	}
}

// A command that another user could have written is not run.
func TestSecretUntrusted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such modes")
	}
	name := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, 0o620); err != nil {
		t.Fatal(err)
	}
	_, err := (&File{Name: name}).Secret(context.Background(), "cmd:echo x")
	if err == nil || !strings.Contains(err.Error(), "other users can write") {
		t.Errorf("got %v", err)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	if errors.Is(err, ErrPlainSecret) {
		return ErrPlainSecret.Error()
	}
	return err.Error()
}

func FuzzParse(f *testing.F) {
	f.Add("[convert]\njobs = 1\n")
	f.Add("a = [1, \"x\"]\n[b.c]\n'd' = 2020-01-01")
	f.Add("[[x]]\ny=1")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := parse(text)
		if err != nil {
			return
		}
		for _, s := range file.Settings {
			if s.Line < 0 || s.Line > strings.Count(text, "\n")+1 {
				t.Errorf("%s is said to be on line %d", s.Key, s.Line)
			}
		}
	})
}
