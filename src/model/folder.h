/* Paths of files and folders on partners' servers, as jobs write them. */
#ifndef SLUICE_SRC_MODEL_FOLDER_H
#define SLUICE_SRC_MODEL_FOLDER_H

#include "json_read.h"

#define FOLDER_MAX 1024

/* One line of 1 to FOLDER_MAX bytes without an element `..`: it can't lead out
 * of where it stands. */
bool folder_is_safe(struct str path);

/* A fresh copy without elements that are empty or `.`, so that one place has
 * one name; "." or "/" when nothing is left. */
char *folder_normal(struct str path);

#endif
