"""The compiled heart: graphs in, numbers of grids out. Imported by the solver process only."""
