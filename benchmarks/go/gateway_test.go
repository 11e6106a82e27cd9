package gateway

import (
	"fmt"
	"math/rand"
	"testing"
)

// fill makes groups by models routes of `candidates` channels in `tiers` priorities.
func fill(groups, models, candidates, tiers, channels int) (*Router, []string, []string) {
	random := rand.New(rand.NewSource(1))
	byID := make(map[int]*Channel)
	for c := 0; c < channels; c++ {
		byID[c+1] = &Channel{ID: c + 1, Priority: int64(c%tiers) * 10, Weight: 1 + random.Intn(20)}
	}
	var groupNames, modelNames []string
	for g := 0; g < groups; g++ {
		groupNames = append(groupNames, fmt.Sprintf("customer-group-%06d", g))
	}
	for m := 0; m < models; m++ {
		modelNames = append(modelNames, fmt.Sprintf("vendor-model-n-%06d", m))
	}
	routes := make(map[string]map[string][]int)
	for _, group := range groupNames {
		routes[group] = make(map[string][]int)
		for _, model := range modelNames {
			var ids []int
			seen := make(map[int]bool)
			for len(ids) < candidates {
				tier := tiers - 1 - len(ids)%tiers
				if id := random.Intn(channels/tiers)*tiers + tier + 1; !seen[id] {
					seen[id] = true
					ids = append(ids, id)
				}
			}
			routes[group][model] = ids
		}
	}
	router := &Router{}
	router.Replace(routes, byID)
	return router, groupNames, modelNames
}

func benchmarkHot(b *testing.B, candidates, tiers int) {
	router, groups, models := fill(20, 20, candidates, tiers, 3*candidates)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if _, err := router.Select(groups[7], models[11], 0); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHot5In3Tiers(b *testing.B)   { benchmarkHot(b, 5, 3) }
func BenchmarkHot100In1Tier(b *testing.B)  { benchmarkHot(b, 100, 1) }
func BenchmarkHot1000In1Tier(b *testing.B) { benchmarkHot(b, 1000, 1) }

func BenchmarkRandom200By1000(b *testing.B) {
	router, groups, models := fill(200, 1000, 5, 3, 1500)
	random := rand.New(rand.NewSource(2))
	keys := make([][2]string, 1<<18)
	for i := range keys {
		keys[i] = [2]string{groups[random.Intn(len(groups))], models[random.Intn(len(models))]}
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		key := &keys[i&(len(keys)-1)]
		if _, err := router.Select(key[0], key[1], 0); err != nil {
			b.Fatal(err)
		}
	}
}

// A benchmark of something that answers wrongly is worth nothing.
func TestTopTierByWeight(t *testing.T) {
	router := &Router{}
	router.Replace(map[string]map[string][]int{"g": {"m": {1, 2, 3}}},
		map[int]*Channel{1: {1, 10, 1}, 2: {2, 10, 3}, 3: {3, 0, 100}})
	counts := make(map[int]int)
	for i := 0; i < 40000; i++ {
		channel, err := router.Select("g", "m", 0)
		if err != nil {
			t.Fatal(err)
		}
		counts[channel.ID]++
	}
	if counts[3] != 0 || counts[1] < 9400 || counts[1] > 10600 {
		t.Errorf("shares are off: %v", counts)
	}
}
