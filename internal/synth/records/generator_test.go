package records_test

import (
	"bytes"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth/records"
	"github.com/cclf-tools/cclf/internal/synth/v2"
)

// A collector is a Visitor that collects the resources of a beneficiary.
type collector struct {
	writer *v2.Writer
	buf    []byte
}

func (c *collector) Beneficiary(b *records.Beneficiary, _ bool) {
	c.buf = c.writer.Patient(c.buf, b)
	for _, part := range records.MedicareParts {
		c.buf = c.writer.Coverage(c.buf, b, part)
	}
}

func (c *collector) Institutional(r *records.Institutional, _ bool) {
	c.buf = c.writer.Institutional(c.buf, r)
}

func (c *collector) Professional(r *records.Professional, _ bool) {
	c.buf = c.writer.Professional(c.buf, r)
}

func (c *collector) PartDEvent(r *records.PartDEvent, _ bool) {
	c.buf = c.writer.PartDEvent(c.buf, r)
}

func (c *collector) NewestInstitutional(*records.Institutional)                  {}
func (c *collector) NewestProfessional(*records.Professional)                    {}
func (c *collector) NewestPartDEvent(*records.PartDEvent)                        {}
func (c *collector) NewestBeneficiary(*records.Beneficiary, records.HospiceStay) {}

// TestBeneficiariesAreIndependent checks that the resources of a beneficiary do not
// depend on those made before.
func TestBeneficiariesAreIndependent(t *testing.T) {
	collect := func(indexes ...int) (b []byte) {
		c := &collector{writer: new(v2.Writer)}
		g := records.NewGenerator(3, records.NewCalendar(records.DefaultExport), false)
		for _, index := range indexes {
			c.buf = c.buf[:0]
			g.Visit(index, c)
		}
		return c.buf
	}
	if !bytes.Equal(collect(7), collect(0, 3, 100, 7)) {
		t.Error("beneficiary 7 is another one after others")
	}
}

// BenchmarkResources measures the resources without the files.
func BenchmarkResources(b *testing.B) {
	c := &collector{writer: new(v2.Writer)}
	g := records.NewGenerator(1, records.NewCalendar(records.DefaultExport), false)
	index, written := 0, int64(0)
	for b.Loop() {
		c.buf = c.buf[:0]
		g.Visit(index%500, c)
		written += int64(len(c.buf))
		index++
	}
	b.SetBytes(written / int64(b.N))
}
