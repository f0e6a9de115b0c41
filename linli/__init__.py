"""Linli 邻里: one grid, one closed loop, two modes, many hands."""
