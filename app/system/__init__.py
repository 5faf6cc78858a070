"""The system layer: people, rights, dictionary, history, jobs and whatever else every business domain stands on."""
