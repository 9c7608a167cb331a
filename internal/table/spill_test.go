package table

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/cclf-tools/cclf/schema"
)

// TestSpill adds pages of all sizes, and reads the rows back twice.
func TestSpill(t *testing.T) {
	of := schema.Lookup("cclf3")
	for _, batchRows := range []int{0, 1, 7, 100} {
		freed := 0
		s := NewSpill(of, SpillOptions{Dir: t.TempDir(), Name: "spill", BatchRows: batchRows, Free: func(*Page) { freed++ }})
		var want []string
		pages := 0
		for n := range 20 {
			p := NewPage(of)
			for i := range n * 3 {
				row := p.Add(int64(i), int64(n), i%2 == 1)
				id := fmt.Sprint(len(want) % 50)
				if err := p.Set(row, 0, []byte(id)); err != nil {
					t.Fatal(err)
				}
				want = append(want, fmt.Sprintf("%s of %d, %d", id, 1000*n+i, n))
			}
			if err := s.Add(p, int64(1000*n)); err != nil {
				t.Fatal(err)
			}
			pages++
		}
		for range 2 {
			var got []string
			for rec, err := range s.Batches(memory.DefaultAllocator) {
				if err != nil {
					t.Fatal(err)
				}
				if batchRows > 0 && rec.NumRows() > int64(batchRows) {
					t.Fatalf("a batch of %d rows, want %d at most", rec.NumRows(), batchRows)
				}
				cols, resources, beneficiaries := Split(rec.Columns())
				if len(cols) != len(of.Fields) {
					t.Fatalf("%d columns, want %d", len(cols), len(of.Fields))
				}
				for i, id := range readColumn(cols[0]) {
					got = append(got, fmt.Sprintf("%s of %d, %d", id, resources[i], beneficiaries[i]))
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("batches of %d: %d rows, want %d, or other values", batchRows, len(got), len(want))
			}
		}
		if freed != pages || s.Rows() != int64(len(want)) {
			t.Errorf("%d of %d pages are freed, %d of %d rows counted", freed, pages, s.Rows(), len(want))
		}
		if err := s.Remove(); err != nil {
			t.Error(err)
		}
	}
}

// TestDiskFull spills to a device without room.
func TestDiskFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no /dev/full:", err)
	}
	defer full.Close()
	t.Run("spill", func(t *testing.T) {
		s := NewSpill(schema.Lookup("cclf5"), SpillOptions{Dir: t.TempDir()})
		s.spool.file = full
		p := NewPage(schema.Lookup("cclf5"))
		for i := range 100 {
			p.Add(int64(i), int64(i), false)
		}
		err := s.Add(p, 0)
		if err == nil {
			err = s.End()
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("error %v, want that the disk is full", err)
		}
	})
	for _, size := range []int{1, 2 * spoolBytes} {
		s := Spool{file: full}
		_, err := s.Write(make([]byte, size))
		if err == nil {
			err = s.End()
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("spool of %d bytes: error %v, want that the disk is full", size, err)
		}
	}
}
