// The router from Go: rows as JSON, a walk over channels, and the reason where there is none.
//
//	go run .          (--time: what a call costs)
package main

import (
	"fmt"
	"os"
	"time"

	"pointsman.example/route/pointsman"
)

const rows = `{"channels": [{"id": 8, "group": "default", "models": "gpt-4o,runway", "priority": 10},
                            {"id": 9, "group": "default", "models": "gpt-4o"}]}`

func serve(router *pointsman.Router) {
	walk := pointsman.NewWalk()
	defer walk.Close()
	for _, status := range []int{503, 200} { // what the upstreams would say
		selection := router.Select("default", "gpt-4o", walk)
		fmt.Printf("channel %d serves %s\n", selection.ChannelID, selection.Group)
		if !router.Report(&selection, status, "", walk) {
			return
		}
		fmt.Printf("channel %d failed\n", selection.ChannelID)
	}
}

func fail(router *pointsman.Router) {
	walk := pointsman.NewWalk()
	defer walk.Close()
	for {
		selection := router.Select("default", "gpt-4o", walk)
		if selection.Reason != 0 {
			fmt.Printf("503: %s\n", router.Explain("default", "gpt-4o", walk))
			return
		}
		router.Report(&selection, 500, "", walk)
	}
}

func measure(router *pointsman.Router) {
	const calls, batch = 1_000_000, 64
	start := time.Now()
	for i := 0; i < calls; i++ {
		router.Select("default", "gpt-4o", nil)
	}
	fmt.Printf("one by one: %.1f ns a selection\n", float64(time.Since(start).Nanoseconds())/calls)
	channels := make([]int64, batch)
	start = time.Now()
	for i := 0; i < calls; i += batch {
		router.SelectChannels("default", "gpt-4o", channels)
	}
	fmt.Printf("%d at once: %.1f ns a selection\n", batch, float64(time.Since(start).Nanoseconds())/calls)
}

func main() {
	router, err := pointsman.New(rows)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer router.Close()
	serve(router)
	fail(router)
	refused := router.Select("default", "sora", nil)
	fmt.Printf("%d: %s\n", pointsman.HTTPStatus(refused.Reason), router.Explain("default", "sora", nil))
	if err := router.Reload(`{"channels": 7}`); err != nil {
		fmt.Printf("refused: %v\n", err)
	}
	if len(os.Args) > 1 && os.Args[1] == "--time" {
		measure(router)
	}
}
