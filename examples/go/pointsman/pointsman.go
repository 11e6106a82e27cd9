// Package pointsman is the router from Go: copy this folder into your module. It needs libpointsman_c, which
// pkg-config finds as pointsman-c.
//
//	router, err := pointsman.New(rowsAsJSON)
//	walk := pointsman.NewWalk()
//	defer walk.Close()
//	for {
//		selection := router.Select("default", "gpt-4o", walk)
//		if selection.Reason != 0 { return fail(503, router.Explain("default", "gpt-4o", walk)) }
//		status, body := send(selection.ChannelID)
//		if !router.Report(&selection, status, body, walk) { return }
//	}
//
// A Router may be shared by goroutines; a Walk belongs to one request.
package pointsman

/*
#cgo pkg-config: pointsman-c
#include <pointsman/c.h>

// The structs are made on this side, so that Go's pointers need not be kept in them.
static int32_t select_by_name(const pointsman_router* router, const char* group, size_t group_size, const char* model,
                              size_t model_size, pointsman_walk* walk, pointsman_selection* selection) {
  pointsman_request request = POINTSMAN_REQUEST_INIT;
  request.group.data = group;
  request.group.size = group_size;
  request.model.data = model;
  request.model.size = model_size;
  selection->struct_size = sizeof *selection;
  return pointsman_select(router, &request, walk, selection);
}

// `count` selections for one pair of names: crossing over once.
static void select_repeatedly(const pointsman_router* router, const char* group, size_t group_size, const char* model,
                              size_t model_size, size_t count, int64_t* channels) {
  pointsman_selection selection = POINTSMAN_SELECTION_INIT;
  for (size_t i = 0; i < count; ++i) {
    select_by_name(router, group, group_size, model, model_size, NULL, &selection);
    channels[i] = selection.channel_id;
  }
  pointsman_release(&selection);
}

static int32_t reload(pointsman_router* router, const char* rows, size_t size, char* why, size_t capacity) {
  pointsman_text json = {rows, size};
  pointsman_buffer error = {why, capacity, 0};
  return pointsman_reload_json(router, json, NULL, &error);
}

static int32_t report(pointsman_router* router, pointsman_selection* selection, int32_t status, const char* body,
                      size_t size, pointsman_walk* walk, int32_t* again) {
  pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
  pointsman_text none = {NULL, 0}, text = {body, size};
  pointsman_classify_http(status, none, text, &outcome);
  *again = pointsman_worth_another_attempt(&outcome);
  return pointsman_report(router, selection, &outcome, walk);
}

static void explain(const pointsman_router* router, const char* group, size_t group_size, const char* model,
                    size_t model_size, pointsman_walk* walk, char* words, size_t capacity) {
  pointsman_request request = POINTSMAN_REQUEST_INIT;
  pointsman_buffer text = {words, capacity, 0};
  request.group.data = group;
  request.group.size = group_size;
  request.model.data = model;
  request.model.size = model_size;
  pointsman_explain(router, &request, walk, POINTSMAN_ENGLISH, POINTSMAN_FOR_CALLER, &text);
}
*/
import "C"

import (
	"errors"
	"unsafe"
)

// Router answers from the last table that it was given. Close it when nobody calls it any more.
type Router struct{ handle *C.pointsman_router }

// Walk is what was tried for one request.
type Walk struct{ handle *C.pointsman_walk }

// Selection is a channel, or the Reason (not 0) why there is none.
type Selection struct {
	held      C.pointsman_selection
	ChannelID int64
	Reason    int32
	Group     string
}

func text(s string) (*C.char, C.size_t) {
	return (*C.char)(unsafe.Pointer(unsafe.StringData(s))), C.size_t(len(s))
}

// New makes a router that serves the rows, given as JSON.
func New(rows string) (*Router, error) {
	router := &Router{}
	if C.pointsman_abi() != C.POINTSMAN_C_ABI {
		return nil, errors.New("libpointsman_c is of another ABI than this package")
	}
	if C.pointsman_router_new(nil, &router.handle, nil) != C.POINTSMAN_OK {
		return nil, errors.New("no memory for a router")
	}
	if err := router.Reload(rows); err != nil {
		router.Close()
		return nil, err
	}
	return router, nil
}

// Close ends the router.
func (r *Router) Close() { C.pointsman_router_free(r.handle) }

// Reload serves other rows from now on; on an error, the ones before.
func (r *Router) Reload(rows string) error {
	var why [1024]C.char
	data, size := text(rows)
	if C.reload(r.handle, data, size, &why[0], C.size_t(len(why))) != C.POINTSMAN_OK {
		return errors.New(C.GoString(&why[0]))
	}
	return nil
}

// NewWalk begins a request's walk.
func NewWalk() *Walk {
	walk := &Walk{}
	C.pointsman_walk_new(&walk.handle)
	return walk
}

// Close ends the walk.
func (w *Walk) Close() { C.pointsman_walk_free(w.handle) }

func (w *Walk) tried() *C.pointsman_walk {
	if w == nil {
		return nil
	}
	return w.handle
}

// Select gives a channel that the walk (or nil) has not tried. Release it, or report it, at last.
func (r *Router) Select(group, model string, walk *Walk) (s Selection) {
	g, gn := text(group)
	m, mn := text(model)
	s.Reason = int32(C.select_by_name(r.handle, g, gn, m, mn, walk.tried(), &s.held))
	s.ChannelID = int64(s.held.channel_id)
	if s.Reason == 0 {
		s.Group = C.GoStringN(s.held.group.data, C.int(s.held.group.size))
	}
	return s
}

// SelectChannels fills channels with independent selections for one group and model, 0 where there is none.
func (r *Router) SelectChannels(group, model string, channels []int64) {
	g, gn := text(group)
	m, mn := text(model)
	C.select_repeatedly(r.handle, g, gn, m, mn, C.size_t(len(channels)), (*C.int64_t)(unsafe.SliceData(channels)))
}

// Report says what the upstream answered to a selection of the walk (or nil), and gives back what it reserved. True:
// another channel may serve.
func (r *Router) Report(s *Selection, status int, body string, walk *Walk) bool {
	var again C.int32_t
	data, size := text(body)
	C.report(r.handle, &s.held, C.int32_t(status), data, size, walk.tried(), &again)
	C.pointsman_release(&s.held)
	return again != 0
}

// Release gives back what a selection that is not reported reserved.
func (s *Selection) Release() { C.pointsman_release(&s.held) }

// ReasonName is "kModelNotInGroup" and so on.
func ReasonName(reason int32) string { return C.GoString(C.pointsman_reason_name(C.int32_t(reason))) }

// HTTPStatus is what a gateway would answer where there is no channel.
func HTTPStatus(reason int32) int { return int(C.pointsman_reason_http_status(C.int32_t(reason))) }

// Explain says in words, for callers, what the next selection of the walk (or nil) would do.
func (r *Router) Explain(group, model string, walk *Walk) string {
	var words [4096]C.char
	g, gn := text(group)
	m, mn := text(model)
	C.explain(r.handle, g, gn, m, mn, walk.tried(), &words[0], C.size_t(len(words)))
	return C.GoString(&words[0])
}
