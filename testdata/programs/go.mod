module fixtures.test/programs

go 1.15
