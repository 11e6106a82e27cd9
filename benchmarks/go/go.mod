module pointsman.example/gateway

go 1.19
