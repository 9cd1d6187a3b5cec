// A product catalogue that sorts, hashes and encodes, so that a Go stack with its runtime is on screen.
package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strconv"
	"time"
)

type product struct {
	ID    int    `json:"id"`
	Name  string `json:"name"`
	Price int    `json:"price"`
}

//go:noinline
func loadProducts(n int) []product {
	products := make([]product, n)
	for i := range products {
		products[i] = product{ID: i, Name: fmt.Sprintf("product-%d", (i*7919)%n), Price: (i * 104729) % 10007}
	}
	return products
}

//go:noinline
func rankByPrice(products []product) {
	sort.Slice(products, func(a, b int) bool { return products[a].Price < products[b].Price })
}

//go:noinline
func fingerprint(products []product) [32]byte {
	text, err := json.Marshal(products)
	if err != nil {
		panic(err)
	}
	return sha256.Sum256(text)
}

func main() {
	duty, err := strconv.ParseFloat(os.Getenv("DEMO_DUTY"), 64)
	if err != nil || duty <= 0 || duty > 1 {
		duty = 0.2
	}
	for {
		start := time.Now()
		products := loadProducts(2000)
		rankByPrice(products)
		fingerprint(products)
		time.Sleep(time.Duration(float64(time.Since(start)) * (1/duty - 1)))
	}
}
