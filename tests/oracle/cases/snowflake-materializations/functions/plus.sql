select a + 1
