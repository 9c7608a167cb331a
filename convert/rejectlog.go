package convert

import "github.com/cclf-tools/cclf/internal/dataset"

// A rejectLog writes the rejects of one input after another, in their order. Of
// each cause it writes the first ones, and then how many more there are.
type rejectLog struct {
	file    *dataset.RejectFile
	sources *sources
	causes  rejectCounter // of the input
	input   int
	first   Reject             // of all
	foreign []map[string]int64 // by input: rejects of another kind of server, by resource type
}

// add writes the rejects of a result.
func (l *rejectLog) add(res *result) error {
	if l.first.Reason == "" && len(res.bad) > 0 {
		l.first = res.bad[0].Reject
	}
	if res.input != l.input {
		if err := l.endInput(); err != nil {
			return err
		}
		l.input = res.input
	}
	for i := range res.bad {
		if l.causes.count(&res.bad[i]) {
			if err := l.file.Encode(&res.bad[i].Reject); err != nil {
				return err
			}
		}
	}
	for _, more := range res.more {
		l.causes.add(more)
	}
	for name, n := range res.foreign {
		l.countForeign(res.input, name, n)
	}
	return nil
}

func (l *rejectLog) countForeign(input int, name string, n int64) {
	for len(l.foreign) <= input {
		l.foreign = append(l.foreign, nil)
	}
	if l.foreign[input] == nil {
		l.foreign[input] = map[string]int64{}
	}
	l.foreign[input][name] += n
}

// foreignOf returns the rejects of another kind of server in an input, by
// resource type.
func (l *rejectLog) foreignOf(input int) map[string]int64 {
	if input < len(l.foreign) {
		return l.foreign[input]
	}
	return nil
}

// endInput writes how many more rejects of each cause the input has.
func (l *rejectLog) endInput() error {
	for _, c := range l.causes.order {
		if c.more == 0 {
			continue
		}
		reason := c.cause
		if c.cause == foreignCause {
			reason += " (" + TypeCounts(l.foreignOf(l.input)) + "): it is an export of another kind of server, at least in part"
		}
		err := l.file.Encode(&MoreRejects{File: l.sources.name(l.input), Reason: reason, More: c.more, FirstLine: c.first, LastLine: c.last})
		if err != nil {
			return err
		}
	}
	l.causes.reset()
	return nil
}
