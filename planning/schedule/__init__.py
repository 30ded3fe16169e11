"""Finite schedules: lots in minutes on each unit of each station."""
