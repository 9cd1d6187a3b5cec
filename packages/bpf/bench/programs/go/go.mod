module strata/corpus

go 1.21
