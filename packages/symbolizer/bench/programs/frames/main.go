// What Go's runtime says of its own code. With "frames": for each address on standard input (hexadecimal) its innermost function,
// file, line and the function that is really there. With "stacks": chains of inlined calls in stacks that were taken while it worked.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"html/template"
	"os"
	"regexp"
	"runtime"
	"sort"
	"strconv"
	"strings"
)

type pair[K comparable, V any] struct {
	key   K
	value V
}

func sorted[K comparable, V any](entries map[K]V, less func(a, b K) bool) []pair[K, V] {
	pairs := make([]pair[K, V], 0, len(entries))
	for key, value := range entries {
		pairs = append(pairs, pair[K, V]{key, value})
	}
	sort.Slice(pairs, func(i, j int) bool { return less(pairs[i].key, pairs[j].key) })
	return pairs
}

const source = `package p; import "fmt"; func f(a []int) (s int) { for _, v := range a { s += v }; fmt.Println(s); return }`

func work() {
	for i := 0; i < 20; i++ {
		text, _ := json.MarshalIndent(map[string]any{"a": []int{1, 2, i}, "b": strings.Repeat("x", i)}, "", " ")
		var back map[string]any
		json.Unmarshal(text, &back)
		for _, entry := range sorted(back, func(a, b string) bool { return a < b }) {
			regexp.MustCompile("(" + entry.key + "|x+)*").FindAllString(fmt.Sprint(entry.value), -1)
		}
		parser.ParseFile(token.NewFileSet(), "p.go", source, parser.ParseComments)
		format.Source([]byte(source))
		var out bytes.Buffer
		template.Must(template.New("t").Parse(`{{range $k, $v := .}}<a href="{{$k}}">{{$v}}</a>{{end}}`)).Execute(&out, back)
	}
}

func stacks(out *bufio.Writer) {
	runtime.MemProfileRate = 1
	work()
	runtime.GC()
	records := make([]runtime.MemProfileRecord, 200_000)
	count, _ := runtime.MemProfile(records, true)
	seen := map[string]bool{}
	for _, record := range records[:count] {
		frames := runtime.CallersFrames(record.Stack())
		chain := ""
		for {
			frame, more := frames.Next()
			if chain == "" {
				chain = fmt.Sprintf("%x", frame.PC)
			}
			chain += fmt.Sprintf("\t%s\t%s\t%d", frame.Function, frame.File, frame.Line)
			if frame.Func != nil {
				if !seen[chain] {
					seen[chain] = true
					fmt.Fprintln(out, chain)
				}
				chain = ""
			}
			if !more {
				break
			}
		}
	}
}

func main() {
	runtime.MemProfileRate = 0
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	if os.Args[1] == "stacks" {
		stacks(out)
		return
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		pc, err := strconv.ParseUint(lines.Text(), 16, 64)
		if err != nil {
			panic(err)
		}
		// A return address, of which it takes 1.
		frame, _ := runtime.CallersFrames([]uintptr{uintptr(pc) + 1}).Next()
		outer := ""
		if function := runtime.FuncForPC(frame.Entry); function != nil {
			outer = function.Name()
		}
		fmt.Fprintf(out, "%s\t%s\t%d\t%s\n", frame.Function, frame.File, frame.Line, outer)
	}
}
