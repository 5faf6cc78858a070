"""What Flask-AppBuilder's screens become in this house: lists, forms, records, actions, choices, menus."""
