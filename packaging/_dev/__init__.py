"""What stands behind `packaging/dev.py`: set-up of `.venv`, the checks, the locks. Standard library only."""
