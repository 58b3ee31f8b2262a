#ifndef CFAISS_H
#define CFAISS_H

/* FAISS 1.7.3 behind a C header.
 *
 * Every function that can fail returns a status and never throws; what FAISS had to say is in
 * `cfaiss_error_message` until the thread's next call. Results come through `out` arguments, which are written
 * only on success. Handles are owned by the caller and destroyed by the function named for it (NULL is
 * allowed there). Nothing is written to stdout or stderr.
 *
 * Counts, sizes and NULL where something is needed are checked here (CFAISS_INVALID); finite numbers, shapes and
 * factory strings are the caller's to check: the Swift module FAISS does. */

#include "cfaiss_binary.h"
#include "cfaiss_error.h"
#include "cfaiss_hnsw.h"
#include "cfaiss_index.h"
#include "cfaiss_kmeans.h"
#include "cfaiss_rows.h"
#include "cfaiss_search.h"
#include "cfaiss_selector.h"
#include "cfaiss_transform.h"
#include "cfaiss_work.h"
#endif
