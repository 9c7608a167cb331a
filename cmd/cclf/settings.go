package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/config"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// Flags that are not on the command line get their values from the environment, or
// else from the configuration file: from the section of the command, or else from
// that of all commands that use a server. Flags of all commands are at the top.

const (
	configVariable = "CCLF_CONFIG"
	serverSection  = "server"
)

// The settings of the server section that are not flags.
const (
	clientID     = "client-id"
	clientSecret = "client-secret"
)

// withoutSettings are the commands that work whatever the settings are.
var withoutSettings = []string{"help", "man", "version", "completion", "config"}

// settings are values of flags from outside of the command line.
type settings struct {
	file   *config.File // nil if there is none
	given  map[cli.Flag]bool
	getenv func(string) string
}

// findSettings reads the configuration file: that of the flag, of the environment,
// or the usual one if it exists.
func (e *env) findSettings(flag string) error {
	e.settings = settings{given: map[cli.Flag]bool{}, getenv: e.getenv}
	name := cmp.Or(flag, e.getenv(configVariable))
	file, err := e.readConfig(name)
	if err != nil {
		return err
	}
	e.settings.file = file
	return nil
}

// useGlobalSettings finds the settings of a command line, and sets the global flags.
func (e *env) useGlobalSettings(app *cli.Command) error {
	if slices.Contains(withoutSettings, app.Args().First()) || app.Args().First() == "" {
		return nil
	}
	if err := e.findSettings(app.String("config")); err != nil {
		return err
	}
	if file := e.settings.file; file != nil {
		if problems := checkSettings(file, newApp(e)); problems != nil {
			return &exitError{
				code: exitcode.Usage, err: errors.New(problems[0]),
				hint: "cclf config check names all that is wrong with the configuration file",
			}
		}
	}
	return e.settings.apply(app, nil)
}

// readConfig reads a configuration file, or the usual one if name is empty. It
// returns nil if that does not exist.
func (e *env) readConfig(name string) (*config.File, error) {
	read := cmp.Or(name, e.usualConfig)
	if read == "" {
		return nil, nil
	}
	file, err := config.Read(read)
	_, unreadable := errors.AsType[*fs.PathError](err)
	switch {
	case err == nil:
		return file, nil
	case name == "" && errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case unreadable:
		hint := ""
		if name == "" {
			hint = "it is in the home folder of another user: set HOME, or name a file with --config or " + configVariable
		}
		return nil, &exitError{code: exitcode.Input, err: fmt.Errorf("configuration file: %w", err), hint: hint}
	}
	return nil, &exitError{
		code: exitcode.Usage, err: fmt.Errorf("configuration file: %w", err),
		hint: `a setting is a line such as jobs = 4 or out = "export", and a section a line such as [convert]; see cclf config template`,
	}
}

// useSettings makes a command, and those below it, set the flags that are not on the
// command line.
func (e *env) useSettings(cmd *cli.Command, path ...string) {
	if cmd.Before != nil {
		panic("cclf: internal error: a command has a hook of its own")
	}
	cmd.Before = func(ctx context.Context, cmd *cli.Command) (context.Context, error) {
		return ctx, e.settings.apply(cmd, path)
	}
	for _, sub := range cmd.Commands {
		e.useSettings(sub, append(slices.Clone(path), sub.Name)...)
	}
}

// A setting is a value, or several, for a flag.
type setting struct {
	flag   cli.Flag
	values []string
	where  string // it is from, with what it is called there
}

// apply sets the flags of a command that are not set.
func (s *settings) apply(cmd *cli.Command, path []string) error {
	sources := []func(cli.Flag) (setting, bool){
		func(f cli.Flag) (setting, bool) { return s.fromEnv(path, f) },
		func(f cli.Flag) (setting, bool) { return s.fromFile(strings.Join(path, "."), f) },
		func(f cli.Flag) (setting, bool) {
			if !isServerFlag(f) {
				return setting{}, false
			}
			return s.fromFile(serverSection, f)
		},
	}
	for _, source := range sources {
		var found []setting
		for _, f := range cmd.Flags {
			if f.IsSet() || overruled(cmd, f.Names()[0]) {
				continue
			}
			if one, ok := source(f); ok {
				found = append(found, one)
			}
		}
		if err := s.set(cmd, found); err != nil {
			return err
		}
	}
	return nil
}

func (s *settings) set(cmd *cli.Command, found []setting) error {
	for _, one := range found {
		name := one.flag.Names()[0]
		for _, value := range one.values {
			if err := cmd.Set(name, value); err != nil {
				return &exitError{
					code: exitcode.Usage, err: fmt.Errorf("%s: invalid value: %s", one.where, rewordReason(err.Error())),
					hint: "see " + cmd.FullName() + " --help",
				}
			}
		}
		s.given[one.flag] = true
	}
	return nil
}

// onCommandLine reports whether a flag is set there, and not by a setting.
func (s *settings) onCommandLine(cmd *cli.Command) func(name string) bool {
	return func(name string) bool {
		if !cmd.IsSet(name) {
			return false
		}
		for f := range s.given {
			if slices.Contains(f.Names(), name) {
				return false
			}
		}
		return true
	}
}

// fromEnv returns the value of the variable of a flag, such as CCLF_CONVERT_JOBS. A
// flag that may be repeated has a line for each value.
func (s *settings) fromEnv(path []string, f cli.Flag) (setting, bool) {
	name := variableOf(path, f.Names()[0])
	value := s.getenv(name)
	if value == "" {
		return setting{}, false
	}
	one := setting{flag: f, values: []string{value}, where: name}
	if isSlice(f) {
		one.values = strings.FieldsFunc(value, func(r rune) bool { return r == '\n' })
	}
	return one, true
}

// variableOf is the environment variable of a flag.
func variableOf(path []string, flag string) string {
	return strings.ToUpper(strings.ReplaceAll(strings.Join(append([]string{"cclf"}, append(path, flag)...), "_"), "-", "_"))
}

// fromFile returns the value of a flag in a section.
func (s *settings) fromFile(section string, f cli.Flag) (setting, bool) {
	if s.file == nil || f.Names()[0] == "data" && s.getenv(dataVariable) != "" {
		return setting{}, false
	}
	one, ok := s.find(section, f.Names()[0])
	if !ok {
		return setting{}, false
	}
	return setting{flag: f, values: one.Values, where: s.place(one)}, true
}

func (s *settings) find(section, key string) (config.Setting, bool) {
	if s.file == nil {
		return config.Setting{}, false
	}
	for _, one := range s.file.Settings {
		if one.Section == section && one.Key == key {
			return one, true
		}
	}
	return config.Setting{}, false
}

// place says where a setting is.
func (s *settings) place(one config.Setting) string {
	if one.Line == 0 {
		return s.file.Name + ": " + one.Key
	}
	return fmt.Sprintf("%s:%d: %s", s.file.Name, one.Line, one.Key)
}

// overruled reports whether flags that are set leave no room for a flag: they say
// otherwise what it says.
func overruled(cmd *cli.Command, name string) bool {
	switch name {
	case "env":
		return hasFlag(cmd, "base-url") && cmd.IsSet("base-url")
	case "base-url":
		return hasFlag(cmd, "env") && cmd.IsSet("env")
	case "key", "key-id":
		return hasFlag(cmd, "auth") && cmd.IsSet("auth") && cmd.String("auth") != "smart"
	case "format":
		return formatSuffixes[strings.ToLower(filepath.Ext(cmd.String("out")))] != ""
	}
	return false
}

// isServerFlag reports whether a flag is one of serverOptions.
func isServerFlag(f cli.Flag) bool {
	c, ok := f.(cli.CategorizableFlag)
	return ok && c.GetCategory() == serverCategory
}

// isSlice reports whether a flag may be repeated, each time with one more value.
func isSlice(f cli.Flag) bool {
	_, ok := f.(*cli.StringSliceFlag)
	return ok
}

// secret returns a value that the configuration file has for credentials, or refers
// to. It is "" if there is none.
func (s *settings) secret(ctx context.Context, key string) (string, error) {
	one, ok := s.find(serverSection, key)
	if !ok {
		return "", nil
	}
	value := strings.Join(one.Values, "")
	if key == clientID && !config.IsReference(value) {
		return value, nil
	}
	secret, err := s.file.Secret(ctx, value)
	switch {
	case err == nil:
		return secret, nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	}
	return "", &exitError{code: exitcode.Auth, err: fmt.Errorf("%s: %w", s.place(one), err)}
}

// checkSettings reports what a configuration file has that the commands do not know,
// or not with this value. It sets flags of app.
func checkSettings(file *config.File, app *cli.Command) []string {
	s := settings{file: file, given: map[cli.Flag]bool{}, getenv: os.Getenv}
	sections := sectionsOf(app)
	var problems []string
	unknown := map[string]bool{}
	section := func(name string) {
		if len(sections[name]) == 0 && !isParent(name, sections) && !unknown[name] {
			unknown[name] = true
			problems = append(problems, fmt.Sprintf("%s: unknown section [%s]%s", file.Name, name, otherSection(name, sections)))
		}
	}
	for _, name := range file.Sections {
		section(name)
	}
	for _, one := range file.Settings {
		section(one.Section) // a key such as covert.jobs has a section without a line of its own
		if unknown[one.Section] {
			continue
		}
		if err := s.checkSetting(one, sections[one.Section]); err != nil {
			problems = append(problems, err.Error())
		}
	}
	return problems
}

// otherSection says which section may be meant by an unknown one. Commands below
// others have the settings of those.
func otherSection(name string, sections map[string][]cli.Flag) string {
	if _, ok := sections[name]; ok {
		command, _, _ := strings.Cut(name, ".")
		return ": the settings of cclf " + strings.ReplaceAll(name, ".", " ") + " are in [" + command + "]"
	}
	return didYouMean(name, keysOf(sections))
}

func (s *settings) checkSetting(one config.Setting, flags []cli.Flag) error {
	if one.Section == serverSection && (one.Key == clientID || one.Key == clientSecret) {
		if one.Key == clientSecret && !config.IsReference(strings.Join(one.Values, "")) {
			return fmt.Errorf("%s: %w", s.place(one), config.ErrPlainSecret)
		}
		return nil
	}
	var names []string
	for _, f := range flags {
		if f.Names()[0] != one.Key {
			names = append(names, f.Names()[0])
			continue
		}
		if len(one.Values) > 1 && !isSlice(f) {
			return fmt.Errorf("%s: expected one value", s.place(one))
		}
		for _, value := range one.Values {
			if err := f.Set(one.Key, value); err != nil {
				return fmt.Errorf("%s: invalid value: %s", s.place(one), rewordReason(err.Error()))
			}
		}
		return nil
	}
	return fmt.Errorf("%s: unknown%s", s.place(one), didYouMean(one.Key, names))
}

// sectionsOf returns the sections that a configuration file may have, with their
// flags.
func sectionsOf(app *cli.Command) map[string][]cli.Flag {
	sections := map[string][]cli.Flag{"": slices.DeleteFunc(ownFlags(app), func(f cli.Flag) bool { return f.Names()[0] == "config" })}
	server := map[string]bool{}
	var add func(cmd *cli.Command, path string)
	add = func(cmd *cli.Command, path string) {
		sections[path] = ownFlags(cmd)
		for _, f := range cmd.Flags {
			if isServerFlag(f) && !server[f.Names()[0]] {
				server[f.Names()[0]] = true
				sections[serverSection] = append(sections[serverSection], f)
			}
		}
		for _, sub := range cmd.Commands {
			add(sub, path+"."+sub.Name)
		}
	}
	for _, cmd := range app.Commands {
		if !slices.Contains(withoutSettings, cmd.Name) {
			add(cmd, cmd.Name)
		}
	}
	return sections
}

// ownFlags are the flags of a command that settings can set.
func ownFlags(cmd *cli.Command) []cli.Flag {
	return slices.DeleteFunc(slices.Clone(cmd.Flags), func(f cli.Flag) bool {
		return slices.Contains([]string{"help", "version"}, f.Names()[0])
	})
}

func isParent(name string, sections map[string][]cli.Flag) bool {
	for section := range sections {
		if strings.HasPrefix(section, name+".") {
			return true
		}
	}
	return false
}

// keysOf are the names of the sections that have settings.
func keysOf(sections map[string][]cli.Flag) []string {
	var names []string
	for name, flags := range sections {
		if len(flags) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
