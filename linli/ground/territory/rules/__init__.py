"""Decisions about territory: codes, division files, outlines, point to grid, tiling."""
