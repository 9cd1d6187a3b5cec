module strata.example/catalog

go 1.21
