// A static program with a runtime of its own: goroutines, a timer, a file.
package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

func main() {
	var all sync.WaitGroup
	results := make([]int, 8)
	for i := range results {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			time.Sleep(time.Millisecond)
			results[i] = i * i
		}(i)
	}
	all.Wait()
	text := fmt.Sprintln(results)
	if err := os.WriteFile("squares.txt", []byte(text), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Print(text)
}
