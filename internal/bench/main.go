package main

import "context"
import "fmt"
import "os"

func main() {
	var err error
	switch os.Args[1] {
	case "duckdb":
		err = runDuckDB(context.Background(), os.Args[2], os.Args[3], os.Args[4], 2)
	case "json":
		err = runJSON(os.Args[2], os.Args[3], os.Args[4])
	}
	if err != nil {
		fmt.Println(err)
	}
}
