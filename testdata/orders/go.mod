module fixtures.test/orders

go 1.21
