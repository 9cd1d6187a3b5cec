// A Go program with frames of every kind: goroutines, deferred calls, panics that are recovered, interfaces, growing stacks.
package main

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"
)

type shape interface{ area(depth int) float64 }

type square struct{ side float64 }

type group struct{ members []shape }

//go:noinline
func (s square) area(depth int) float64 { return s.side*s.side + float64(depth) }

//go:noinline
func (g group) area(depth int) float64 {
	sum := 0.0
	for _, member := range g.members {
		sum += member.area(depth + 1)
	}
	return sum
}

//go:noinline
func recovered(n int) (result int) {
	defer func() {
		if recover() != nil {
			result = 7
		}
	}()
	numbers := []int{1, 2, 3}
	return numbers[n]
}

// Grows the stack of a new goroutine over and over.
//
//go:noinline
func deep(depth int) int {
	var room [64]int
	room[depth%64] = depth
	if depth == 0 {
		return recovered(5)
	}
	return deep(depth-1) + room[depth%64]
}

func work(turn int) {
	deep(40 + turn%300)
	group{[]shape{square{1}, group{[]shape{square{2}}}}}.area(0)
	numbers := make([]int, 200)
	for i := range numbers {
		numbers[i] = i * 7919 % 211
	}
	sort.Slice(numbers, func(i, j int) bool { return numbers[i] < numbers[j] })
	text, _ := json.Marshal(map[string]any{"numbers": numbers, "time": time.Now(), "turn": turn})
	var back map[string]any
	_ = json.Unmarshal(text, &back)
	_ = strings.Split(fmt.Sprintf("%v %08.3f", back, 2.5), ",")
}

func main() {
	for turn := 0; ; turn++ {
		var group sync.WaitGroup
		for i := 0; i < 3; i++ {
			group.Add(1)
			go func() {
				defer group.Done()
				work(turn + i)
			}()
		}
		work(turn)
		group.Wait()
	}
}
