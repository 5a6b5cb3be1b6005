module fixtures.test/traces

go 1.21
