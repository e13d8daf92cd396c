"""Words only: ids, fixed sets, frozen models, errors. Imports nothing of ours."""
