// Package gateway is what the Go gateways do for each request (new-api, from memory), step by step: the same as
// opponents/gateway_algorithm.cc, for those who have Go.
//
//	cd benchmarks/go && go test -bench . -benchmem
package gateway

import (
	"errors"
	"math/rand"
	"sort"
	"sync"
)

// Channel is one upstream account.
type Channel struct {
	ID       int
	Priority int64
	Weight   int
}

// Router holds the maps that the gateways keep in memory. Safe for concurrent use.
type Router struct {
	mu       sync.RWMutex
	routes   map[string]map[string][]int
	channels map[int]*Channel
}

var (
	errInconsistent = errors.New("a route names a channel that does not exist")
	errNone         = errors.New("no channel")
)

// Replace makes these maps current.
func (r *Router) Replace(routes map[string]map[string][]int, channels map[int]*Channel) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.routes, r.channels = routes, channels
}

// Select picks a channel for the attempt with this number, 0 being the first.
func (r *Router) Select(group, model string, attempt int) (*Channel, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()

	ids := r.routes[group][model]
	if len(ids) == 0 {
		return nil, errNone
	}
	if len(ids) == 1 {
		if channel, ok := r.channels[ids[0]]; ok {
			return channel, nil
		}
		return nil, errInconsistent
	}

	distinct := make(map[int]bool)
	for _, id := range ids {
		channel, ok := r.channels[id]
		if !ok {
			return nil, errInconsistent
		}
		distinct[int(channel.Priority)] = true
	}
	var priorities []int
	for priority := range distinct {
		priorities = append(priorities, priority)
	}
	sort.Sort(sort.Reverse(sort.IntSlice(priorities)))
	if attempt >= len(priorities) {
		attempt = len(priorities) - 1
	}
	wanted := int64(priorities[attempt])

	sum := 0
	var targets []*Channel
	for _, id := range ids {
		channel, ok := r.channels[id]
		if !ok {
			return nil, errInconsistent
		}
		if channel.Priority == wanted {
			sum += channel.Weight
			targets = append(targets, channel)
		}
	}

	factor, adjustment := 1, 0
	if sum == 0 {
		sum, adjustment = len(targets)*100, 100
	} else if sum/len(targets) < 10 {
		factor = 100
	}
	drawn := rand.Intn(sum * factor)
	for _, channel := range targets {
		drawn -= channel.Weight*factor + adjustment
		if drawn < 0 {
			return channel, nil
		}
	}
	return nil, errNone
}
