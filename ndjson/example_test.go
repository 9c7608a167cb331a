package ndjson_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

	"github.com/cclf-tools/cclf/ndjson"
)

// A program finds values by path and condition, in whatever order members come.
func ExampleProgram_Walk() {
	b := ndjson.NewBuilder()
	id := b.Value(ndjson.Path{{Name: "id"}}, 1)
	mbi := b.Value(ndjson.Path{
		{Name: "identifier", Where: []ndjson.Cond{{Path: []string{"system"}, Values: []string{"mbi"}}}},
		{Name: "value"},
	}, 1)
	program, err := b.Compile()
	if err != nil {
		log.Fatal(err)
	}

	var record ndjson.Record
	line := []byte(`{"identifier":[{"value":"7","system":"x"},{"value":"1S00A00AA00","system":"mbi"}],"id":"p1"}`)
	if err := program.Walk(&record, line); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s %s\n", record.Text(nil, record.Reg(id.Reg())), record.Text(nil, record.Reg(mbi.Reg())))

	var syntax *ndjson.SyntaxError
	if err := program.Walk(&record, []byte(`{"id":"p2",}`)); errors.As(err, &syntax) {
		fmt.Println(syntax.Offset, syntax.Reason)
	}
	// Output:
	// p1 1S00A00AA00
	// 11 expected a member name
}

// Elements of an array can be collected as rows.
func ExampleBuilder_Rows() {
	b := ndjson.NewBuilder()
	items := b.Rows("item")
	amount := b.RowValue(items, ndjson.Path{{Name: "net"}, {Name: "value"}}, 1)
	program, err := b.Compile()
	if err != nil {
		log.Fatal(err)
	}
	var record ndjson.Record
	if err := program.Walk(&record, []byte(`{"item":[{"net":{"value":12.5}},{"net":{"value":3}}]}`)); err != nil {
		log.Fatal(err)
	}
	for i := range record.Rows(items) {
		fmt.Printf("%s\n", record.Row(items, i)[amount.Reg()].Raw(record.Line))
	}
	// Output:
	// 12.5
	// 3
}

// Chunks have whole lines, with their positions in the text.
func ExampleChunks() {
	text := strings.NewReader("{\"a\":1}\n\n{\"a\":2}\n")
	buffer := func(size int) []byte { return make([]byte, 0, size) }
	err := ndjson.Chunks(context.Background(), 0, text, nil, buffer, func(c ndjson.Chunk) error {
		for at, line := range c.Lines {
			fmt.Printf("line %d, byte %d: %s\n", at.Line, at.Offset, line)
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// line 1, byte 0: {"a":1}
	// line 3, byte 9: {"a":2}
}
