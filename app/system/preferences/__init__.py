"""What people have chosen for their own screens: look, rows per page, columns of lists, cards of the home page.

What can be chosen is named where it is read (base.preferences); here is kept what was chosen. The language is the
employee's own column (sign_in): it is needed where no screen is.

Words      preference, own settings; keep, forget
Lifecycle  none: chosen or not
Announces  nothing; raises the stamp "preferences"
Uses       sign_in
"""
