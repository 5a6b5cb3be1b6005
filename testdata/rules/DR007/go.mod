module example.com/dr007

go 1.21
