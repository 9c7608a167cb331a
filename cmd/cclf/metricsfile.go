package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// A metricsFile is a file of metrics that is replaced as a whole. Several commands may
// have the same one, that of a configuration file: the last to write it counts.
type metricsFile struct {
	name string

	mu       sync.Mutex
	confined bool
	next     *os.File // that replaces the file, if it was made ahead of time
}

// openMetricsFile refuses what is there and must not be replaced by a file, such as a
// device.
func openMetricsFile(name string) (*metricsFile, error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", name)
	}
	name, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	return &metricsFile{name: name}, nil
}

func (m *metricsFile) dir() string { return filepath.Dir(m.name) }

// confine makes the file of the end of the run now: a process that queries a data set
// gives up the right to make files.
func (m *metricsFile) confine() (err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.confined {
		m.confined = true
		m.next, err = m.create()
	}
	return err
}

// create makes a file that is going to replace the one of metrics. It has no claims
// data, so programs of other users, such as a collector of metrics, can read it.
func (m *metricsFile) create() (*os.File, error) {
	const mode = 0o644
	f, err := os.CreateTemp(m.dir(), "."+filepath.Base(m.name)+".*.tmp")
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(mode); err != nil && runtime.GOOS != "windows" {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return f, nil
}

// write replaces the file. The last time is the only one that a confined process has.
func (m *metricsFile) write(text []byte, last bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.confined && !last {
		return nil
	}
	f := m.next
	if m.next = nil; f == nil {
		var err error
		if f, err = m.create(); err != nil {
			return err
		}
	}
	_, err := f.Write(text)
	if err = cmp.Or(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), m.name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// openMetrics returns the metrics of a run in the text format of OpenMetrics.
func (l *eventLog) openMetrics(state *runState) ([]byte, error) {
	w := metricsWriter{command: l.command}
	running, code := 1.0, -1.0
	if state.ended {
		running, code = 0, float64(state.exitCode)
	}
	w.add("cclf_run_info", "The last run of the command.", sample{1, []label{{"run_id", l.runID}, {"version", readBuildInfo().Version}}})
	w.add("cclf_run_start_time_seconds", "When the run started.", sample{n: unixTime(l.started)})
	w.add("cclf_run_update_time_seconds", "When this file was written.", sample{n: unixTime(state.at)})
	w.add("cclf_run_running", "1 while the command runs.", sample{n: running})
	w.add("cclf_run_exit_code", "Exit code, or -1 while the command runs.", sample{n: code})
	if state.ended {
		w.add("cclf_run_duration_seconds", "How long the run took.", sample{n: state.at.Sub(l.started).Seconds()})
	} else if state.phase != "" {
		phase := []label{{"phase", state.phase}}
		w.add("cclf_run_progress", "What the phase is done with: seconds of polling, files downloaded, bytes read, rows written.", sample{float64(state.done), phase})
		w.add("cclf_run_progress_total", "All that the phase has to do, or -1 if unknown.", sample{float64(state.total), phase})
	}
	w.add("cclf_run_count", "Counts of the run, by event and by what is counted.", countSamples(state.counts)...)
	w.add("cclf_table_rows", "Rows of the tables that the run wrote.", rowSamples(state.rows)...)
	return w.finish()
}

func unixTime(t time.Time) float64 { return float64(t.UnixMilli()) / 1e3 }

// A metricsWriter writes gauges, each with the command as a label.
type metricsWriter struct {
	text    bytes.Buffer
	command string
	err     error
}

type sample struct {
	n      float64
	labels []label
}

type label struct{ name, value string }

func countSamples(counts []eventCount) []sample {
	var list []sample
	for _, c := range counts {
		list = append(list, sample{float64(c.n), []label{{"event", c.event}, {"what", c.name}}})
	}
	return list
}

func rowSamples(rows []count) []sample {
	var list []sample
	for _, c := range rows {
		list = append(list, sample{float64(c.n), []label{{"table", c.name}}})
	}
	return list
}

func (w *metricsWriter) add(name, help string, samples ...sample) {
	if len(samples) == 0 || w.err != nil {
		return
	}
	gauge := dto.MetricType_GAUGE
	family := &dto.MetricFamily{Name: &name, Help: &help, Type: &gauge}
	for i := range samples {
		m := &dto.Metric{Gauge: &dto.Gauge{Value: &samples[i].n}}
		for _, l := range append([]label{{"command", w.command}}, samples[i].labels...) {
			m.Label = append(m.Label, &dto.LabelPair{Name: &l.name, Value: &l.value})
		}
		family.Metric = append(family.Metric, m)
	}
	_, w.err = expfmt.MetricFamilyToOpenMetrics(&w.text, family)
}

func (w *metricsWriter) finish() ([]byte, error) {
	if w.err != nil {
		return nil, w.err
	}
	_, err := expfmt.FinalizeOpenMetrics(&w.text)
	return w.text.Bytes(), err
}
