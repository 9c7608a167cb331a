package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// A metricsFile is a file of metrics that is replaced as a whole. The next one is
// made before it is needed, since a process that queries a data set gives up the
// right to make files.
type metricsFile struct {
	name string
	next *os.File
}

func openMetricsFile(name string) (*metricsFile, error) {
	name, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	m := &metricsFile{name: name}
	return m, m.prepare()
}

func (m *metricsFile) dir() string { return filepath.Dir(m.name) }

// prepare makes the next file. It has no claims data, so programs of other users,
// such as a collector of metrics, can read it.
func (m *metricsFile) prepare() (err error) {
	const mode = 0o644
	m.next, err = os.OpenFile(m.name+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	return err
}

// write replaces the file. More says that it will be called again.
func (m *metricsFile) write(text []byte, more bool) error {
	_, err := m.next.Write(text)
	if err = errors.Join(err, m.next.Close()); err != nil {
		return err
	}
	if err := os.Rename(m.next.Name(), m.name); err != nil || !more {
		return err
	}
	return m.prepare()
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
	w.add("cclf_run_count", "Counts of the run, by what is counted.", samples("what", state.counts)...)
	w.add("cclf_table_rows", "Rows of the tables that the run wrote.", samples("table", state.rows)...)
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

func samples(name string, counts []count) []sample {
	var list []sample
	for _, c := range counts {
		list = append(list, sample{float64(c.n), []label{{name, c.name}}})
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
