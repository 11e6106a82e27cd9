module pointsman.example/route

go 1.20
