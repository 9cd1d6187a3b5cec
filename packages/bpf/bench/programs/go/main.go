// Goroutines that come and go, a garbage collector with work to do, stacks that grow, panics that are recovered.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"sync"
	"time"
)

type item struct {
	ID     int               `json:"id"`
	Name   string            `json:"name"`
	Values []float64         `json:"values"`
	Tags   map[string]string `json:"tags"`
}

type tree struct{ left, right *tree }

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grow(depth - 1), grow(depth - 1)}
}

func (t *tree) count() int {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.count() + t.right.count()
}

// Needs a larger stack than a goroutine begins with.
func deep(depth int, held [64]byte) int {
	if depth == 0 {
		return int(held[3])
	}
	held[depth%64]++
	return deep(depth-1, held) + int(held[5])
}

func recovered(depth int) (caught string) {
	defer func() {
		if cause := recover(); cause != nil {
			caught = fmt.Sprint(cause)
		}
	}()
	var none map[string]int
	if depth > 0 {
		return recovered(depth - 1)
	}
	none["a"]++
	return ""
}

func texts(round int) int {
	pattern := regexp.MustCompile(`(item|thing)-([0-9]+)(a|b)*c?`)
	items := make([]item, 60)
	for i := range items {
		items[i] = item{i, fmt.Sprintf("item-%dab", i*round), []float64{1.5, float64(i)}, map[string]string{"k": strings.Repeat("v", i)}}
	}
	sort.Slice(items, func(a, b int) bool { return items[a].Name < items[b].Name })
	encoded, _ := json.Marshal(items)
	var again []item
	_ = json.Unmarshal(encoded, &again)
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, _ = writer.Write(encoded)
	_ = writer.Close()
	sum := sha256.Sum256(packed.Bytes())
	return len(pattern.FindAllString(string(encoded), -1)) + len(again) + int(sum[0])
}

func stage(in <-chan int, out chan<- int, work func(int) int) {
	for value := range in {
		out <- work(value)
	}
	close(out)
}

func main() {
	ticks := time.NewTicker(3 * time.Millisecond)
	total := 0
	for round := 1; ; round++ {
		first, second, third := make(chan int), make(chan int, 8), make(chan int)
		go stage(first, second, texts)
		go stage(second, third, func(value int) int { return value + grow(12).count() })
		go func() {
			for i := 0; i < 20; i++ {
				first <- round + i
			}
			close(first)
		}()
		var group sync.WaitGroup
		var mutex sync.Mutex
		for i := 0; i < 50; i++ {
			group.Add(1)
			go func() {
				defer group.Done()
				mutex.Lock()
				defer mutex.Unlock()
				total += deep(100+i*6, [64]byte{}) + len(recovered(10))
			}()
		}
		for open := true; open; {
			select {
			case value, more := <-third:
				total, open = total+value, more
			case <-ticks.C:
				total += grow(8).count()
			}
		}
		group.Wait()
	}
}
